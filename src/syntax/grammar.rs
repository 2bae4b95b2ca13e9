//! The parser that pest makes from `grammar/fql.pest`.

#![allow(unreachable_pub, missing_docs, reason = "pest generates a public enum without documentation")]

/// The generated parser.
#[derive(Debug, pest_derive::Parser)]
#[grammar = "../grammar/fql.pest"]
pub(crate) struct Grammar;
