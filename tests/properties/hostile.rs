//! Texts and events that mean harm.
