//! What a run took, for whoever asks for it.
//!
//! In: a machine with a record. Out: the numbers of what had an effect, in order. The index leaves out only statements that
//! would not have been taken, so a record is the same with it and without.

/// The numbers of what was taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Statements whose `WHEN` held and whose effect took place.
    pub(crate) statements: Vec<u32>,
    /// Action and routing rules whose condition held.
    pub(crate) rules: Vec<u32>,
    /// Outputs of functions that were evaluated, as variables.
    pub(crate) outputs: Vec<u32>,
}
