//! What rules ask of lists (L7.2).
//!
//! These rows say what the functions take and give. The checker makes a callable of its own for the list and the columns
//! that a call names (see [`crate::list`]), so no row runs.

use crate::function::functions;
use crate::value::{Datum, Failure};

functions! {
    /// Lists and support lists (L7.2).
    pub(super) static LIST;

    /// True if a row of the list has that key in that column
    ///
    /// `list` and `column` are constants: the name of a file of the folder `lists/` without `.csv`, and a name of its first
    /// line. Keys compare exactly, with their case.
    ///
    /// ```text
    /// RETURN Reject("bin is blocked") WHEN ContainsKey("Blocked bins", "bin", @"card.bin")
    /// ```
    stable global ContainsKey(list: &str, column: &str, key: &str) -> Result<bool, Failure> {
        let _ = (list, column, key);
        Err(Failure::mismatch("ContainsKey"))
    }

    /// The text in `valueColumn` of the first row that has the key in `keyColumn`
    ///
    /// `"Unknown"` if no row has it. The list and the columns are constants; a support list can be asked too, where an
    /// expired entry is none.
    ///
    /// ```text
    /// RETURN Review("score") WHEN @"riskScore" > Lookup("Countries", "country", @"country", "cutoff").ToDouble()
    /// ```
    stable global Lookup(list: &str, keyColumn: &str, key: &str, valueColumn: &str) -> Result<String, Failure> {
        let _ = (list, keyColumn, key, valueColumn);
        Err(Failure::mismatch("Lookup"))
    }

    /// The same, with the value for a key that is not there, which is converted to String
    ///
    /// ```text
    /// RETURN Review("score") WHEN @"riskScore" > Lookup("Countries", "country", @"country", "cutoff", 700).ToDouble()
    /// ```
    stable global Lookup(list: &str, keyColumn: &str, key: &str, valueColumn: &str, default: Datum<'_>)
        -> Result<String, Failure> {
        let _ = (list, keyColumn, key, valueColumn, default);
        Err(Failure::mismatch("Lookup"))
    }

    /// The text in `valueColumn` of the row whose key is the nearest up to `key`, in the order of texts
    ///
    /// The row with that key if there is one. Keys are ordered by code points, so `"9"` comes behind `"10"`. `"Unknown"` if
    /// all keys come behind.
    ///
    /// ```text
    /// LookupClosest("Networks", "first", @"card.bin", "network")
    /// ```
    stable deprecated("Lookup") global
        LookupClosest(list: &str, keyColumn: &str, key: &str, valueColumn: &str) -> Result<String, Failure> {
        let _ = (list, keyColumn, key, valueColumn);
        Err(Failure::mismatch("LookupClosest"))
    }

    /// The same, with the value for a key before all keys of the list, which is converted to String
    ///
    /// ```text
    /// LookupClosest("Networks", "first", @"card.bin", "network", "none")
    /// ```
    stable deprecated("Lookup") global
        LookupClosest(list: &str, keyColumn: &str, key: &str, valueColumn: &str, default: Datum<'_>)
        -> Result<String, Failure> {
        let _ = (list, keyColumn, key, valueColumn, default);
        Err(Failure::mismatch("LookupClosest"))
    }

    /// True if the support list has the entry, whatever its status, and it is not expired
    ///
    /// `list` is a constant: the name of a file of the folder `lists/support/` without `.csv`.
    ///
    /// ```text
    /// OBSERVE Output(known = InSupportList("Emails", @"user.email"))
    /// ```
    stable global InSupportList(list: &str, key: &str) -> Result<bool, Failure> {
        let _ = (list, key);
        Err(Failure::mismatch("InSupportList"))
    }

    /// True if the support list has the entry with the status `Safe`, and it is not expired
    ///
    /// ```text
    /// RETURN Approve("known customer") WHEN IsSafe("Emails", @"user.email")
    /// ```
    stable global IsSafe(list: &str, key: &str) -> Result<bool, Failure> {
        let _ = (list, key);
        Err(Failure::mismatch("IsSafe"))
    }

    /// True if the support list has the entry with the status `Block`, and it is not expired
    ///
    /// ```text
    /// RETURN Reject("blocked email") WHEN IsBlock("Emails", @"user.email")
    /// ```
    stable global IsBlock(list: &str, key: &str) -> Result<bool, Failure> {
        let _ = (list, key);
        Err(Failure::mismatch("IsBlock"))
    }

    /// True if the support list has the entry with the status `Watch`, and it is not expired
    ///
    /// ```text
    /// RETURN Review("watched email") WHEN IsWatch("Emails", @"user.email")
    /// ```
    stable global IsWatch(list: &str, key: &str) -> Result<bool, Failure> {
        let _ = (list, key);
        Err(Failure::mismatch("IsWatch"))
    }
}
