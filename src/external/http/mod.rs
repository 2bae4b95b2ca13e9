//! External calls over HTTPS: defined by files or in Rust, authenticated, and kept from where they must not go (R7, R11).
//!
//! In: a definition, and for each call its arguments. Out: an [`External`](super::External) whose transport makes requests.
//! The whole module is behind the feature `http`.
//!
//! ```
//! use fql::external::http::{HttpCall, Network};
//!
//! let call = HttpCall::get("ipReputation", "https://api.example.com/ip/{parameter.ip}?key={configuration.key}")
//!     .parameter("ip", "203.0.113.9")
//!     .configuration("key", "s3cr3t")
//!     .timeout_ms(250)
//!     .default_response(&serde_json::json!({"risk": "unknown"}))
//!     .build(&Network::default(), &fql::Limits::default())?;
//! let engine = fql::Engine::builder()
//!     .define(call)
//!     .rules("checkout", r#"RETURN Review() WHEN External.ipReputation(@"device.ipAddress").risk == "high""#)
//!     .build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From a definition to an answer:
//!
//! 1. `call` holds a definition and checks it; [`read`] makes one from a TOML file, faults with their places.
//! 2. `template` cuts texts with placeholders into pieces that know how to escape a value, `request` makes requests from them.
//! 3. `auth` says what a request carries, `token` shares and renews tokens, `assertion` signs what asks for them.
//! 4. [`Network`] holds what all calls share: `address` judges addresses, `resolve` looks names up, and each TLS identity has
//!    one pooled client.
//! 5. `transport` makes the call; `failure` names what went wrong; `warm` keeps its connection.
//!
//! Timeouts, the circuit breaker and counting are the business of the guard that all transports share.
//!
//! No process-wide state is touched: no crypto provider is installed, no variable of the environment is read.

mod address;
mod assertion;
mod auth;
mod call;
mod failure;
mod file;
mod network;
mod request;
mod resolve;
mod secret;
mod template;
mod token;
mod transport;
mod warm;

pub use auth::{Auth, Credential, SignatureAlgorithm};
pub use call::{ContentType, DefinitionError, DefinitionFault, HttpCall};
pub use file::{Surroundings, read};
pub use network::{Network, NetworkBuilder, NetworkError};
pub use resolve::{Lookup, Resolve};
pub use secret::Secret;
