//! Tokens of client credentials: asked for once, shared, renewed before they end (R7.6).
//!
//! In: a call that needs a token by its deadline. Out: the token, or why there is none.
//!
//! 1. A token that is good is handed out at once. From 80 % of its life on, the first call that sees it starts a *flight*: a
//!    task that asks for the next one, while calls go on with the old one.
//! 2. Without a good token calls wait for the flight, each until its own deadline. There is never more than one.
//! 3. A flight that fails is repeated a few times with growing pauses. If it fails for good, a breaker opens: until it closes,
//!    calls are told so at once, and nobody asks.
//!
//! A flight is a task of its own, so that no caller who gives up takes it down.

use super::assertion::Signer;
use super::failure::{self, describe};
use super::network::sha256;
use super::secret::Secret;
use crate::evaluate::CallStatus;
use reqwest::header::HeaderValue;
use reqwest::{StatusCode, Url};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The longest that the token endpoint may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause before the first repetition; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How often a flight asks.
const ATTEMPTS: u32 = 5;
/// How long the breaker stays open at first; it doubles up to [`LONGEST_BREAK`].
const FIRST_BREAK: Duration = Duration::from_secs(5);
/// The longest that the breaker stays open.
const LONGEST_BREAK: Duration = Duration::from_secs(60);
/// The life of a token whose answer does not say it.
const UNSAID_LIFE: u64 = 300;
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 << 10;

/// What one token is shared by: endpoint, client, scope and credential, hashed.
pub(super) type TokenKey = [u8; 32];

/// What proves who the client is.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    Secret(Secret),
    Signer(Signer),
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct TokenRequest {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) proof: Proof,
}

/// A token until it ends.
#[derive(Debug)]
pub(super) struct Token {
    /// The value of `Authorization`.
    pub(super) header: HeaderValue,
    /// To be removed from what is shown.
    pub(super) secret: Secret,
    refresh: Instant,
    end: Instant,
}

/// Why there is no token.
#[derive(Clone, Debug)]
pub(super) struct TokenFault {
    pub(super) status: CallStatus,
    pub(super) message: String,
    /// Whether asking again may help.
    passing: bool,
}

/// The tokens of one key.
#[derive(Debug)]
pub(super) struct TokenSource {
    client: reqwest::Client,
    request: TokenRequest,
    state: Mutex<State>,
}

type Landing = Option<Result<Arc<Token>, TokenFault>>;

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    flight: Option<watch::Receiver<Landing>>,
    /// Flights in a row that failed.
    failures: u32,
    open_until: Option<Instant>,
    last_fault: Option<TokenFault>,
}

impl TokenRequest {
    /// Calls whose keys are equal share a token.
    pub(super) fn key(&self, credential: &[u8; 32]) -> TokenKey {
        let mut text = format!("{}\n{}\n{}\n", self.url, self.client_id, self.scope).into_bytes();
        text.extend(credential);
        if let Proof::Signer(_) = self.proof {
            text.push(b'c');
        }
        sha256(&text)
    }
}

impl TokenFault {
    fn new(status: CallStatus, message: impl Into<String>, passing: bool) -> TokenFault {
        TokenFault { status, message: message.into(), passing }
    }
}

impl TokenSource {
    pub(super) fn new(client: reqwest::Client, request: TokenRequest) -> TokenSource {
        TokenSource { client, request, state: Mutex::default() }
    }

    /// A token, by the deadline.
    pub(super) async fn token(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Token>, TokenFault> {
        // A flight may be lost with its runtime, once; one that is lost again has a fault of its own.
        for _ in 0..2 {
            let mut flight = {
                let mut state = self.state();
                let now = Instant::now();
                // A flight whose task is gone, with the runtime it ran on, has no sender any more.
                let flying = state.flight.clone().filter(|flight| flight.has_changed().is_ok());
                let open = state.open_until.is_some_and(|until| now < until);
                if let Some(token) = state.token.clone().filter(|token| now < token.end) {
                    if now >= token.refresh && flying.is_none() && !open {
                        self.start(&mut state);
                    }
                    return Ok(token);
                }
                match (flying, &state.last_fault) {
                    (Some(flight), _) => flight,
                    (None, Some(fault)) if open => return Err(fault.clone()),
                    (None, _) => self.start(&mut state),
                }
            };
            match timeout_at(deadline, flight.wait_for(Option::is_some)).await {
                Err(_) => {
                    let last =
                        self.state().last_fault.as_ref().map_or(String::new(), |last| format!(": {}", last.message));
                    let message = format!("no token within the call's timeout{last}");
                    return Err(TokenFault::new(CallStatus::AadFailure, message, true));
                }
                Ok(Ok(landing)) => {
                    if let Some(landed) = &*landing {
                        return landed.clone();
                    }
                }
                // The flight's task is gone; the next round starts another.
                Ok(Err(_)) => {}
            }
        }
        Err(TokenFault::new(CallStatus::AadFailure, "the request for a token was given up", true))
    }

    /// Forgets a token that was refused, unless another has taken its place.
    pub(super) fn refuse(&self, token: &Arc<Token>) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|current| Arc::ptr_eq(current, token)) {
            state.token = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>, state: &mut State) -> watch::Receiver<Landing> {
        let (sender, receiver) = watch::channel(None);
        state.flight = Some(receiver.clone());
        let source = self.clone();
        tokio::spawn(async move {
            let landed = source.fly().await;
            source.land(&landed);
            // Nobody may be waiting.
            let _ = sender.send(Some(landed));
        });
        receiver
    }

    /// Asks until there is an answer or no hope.
    async fn fly(&self) -> Result<Arc<Token>, TokenFault> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let landed = match timeout(PATIENCE, self.ask()).await {
                Ok(landed) => landed,
                Err(_) => {
                    let message = format!("the token endpoint gave no answer within {} s", PATIENCE.as_secs());
                    Err(TokenFault::new(CallStatus::AadFailure, message, true))
                }
            };
            match landed {
                Ok(token) => return Ok(Arc::new(token)),
                Err(fault) if !fault.passing || attempt >= ATTEMPTS => return Err(fault),
                Err(fault) => self.state().last_fault = Some(fault),
            }
            sleep(pause).await;
            pause *= 2;
        }
        // INVARIANT: the loop has no other end.
        Err(TokenFault::new(CallStatus::AadFailure, "no token", true))
    }

    fn land(&self, landed: &Result<Arc<Token>, TokenFault>) {
        let mut state = self.state();
        state.flight = None;
        match landed {
            Ok(token) => {
                state.token = Some(token.clone());
                state.failures = 0;
                state.open_until = None;
                state.last_fault = None;
            }
            Err(fault) => {
                state.failures = state.failures.saturating_add(1);
                let doubled = FIRST_BREAK.saturating_mul(1 << (state.failures - 1).min(8));
                state.open_until = Some(Instant::now() + scattered(doubled.min(LONGEST_BREAK)));
                state.last_fault = Some(fault.clone());
            }
        }
    }

    async fn ask(&self) -> Result<Token, TokenFault> {
        let TokenRequest { url, client_id, scope, proof } = &self.request;
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", client_id)];
        if !scope.is_empty() {
            form.push(("scope", scope));
        }
        let assertion;
        match proof {
            Proof::Secret(secret) => form.push(("client_secret", secret.expose())),
            Proof::Signer(signer) => {
                let made = signer.assertion(client_id, url.as_str());
                let unsigned = || TokenFault::new(CallStatus::AadFailure, "the assertion cannot be signed", false);
                assertion = made.ok_or_else(unsigned)?;
                form.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
                form.push(("client_assertion", assertion.expose()));
            }
        }
        let sent = self.client.post(url.clone()).header("accept", "application/json").form(&form).send().await;
        let response = sent.map_err(|error| {
            TokenFault::new(CallStatus::AadFailure, format!("the token endpoint: {}", describe(&error).message), true)
        })?;
        let begun = Instant::now();
        let status = response.status();
        let body = match failure::body(response, LONGEST_ANSWER).await {
            Ok(body) => body,
            Err(fault) => {
                let message = format!("the token endpoint: {}", fault.message);
                return Err(TokenFault::new(CallStatus::AadFailure, message, true));
            }
        };
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() { granted(&answer, begun) } else { Err(refused(status, &answer)) }
    }
}

/// The token of an answer.
fn granted(answer: &serde_json::Value, now: Instant) -> Result<Token, TokenFault> {
    let bad = |what: &str| {
        let message = format!("the token endpoint: expected {what}");
        Err(TokenFault::new(CallStatus::AadFailure, message, false))
    };
    let Some(text) = answer.get("access_token").and_then(|token| token.as_str()).filter(|text| !text.is_empty()) else {
        return bad("an answer with an `access_token`");
    };
    let kind = answer.get("token_type").map_or(Some("Bearer"), |kind| kind.as_str());
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")) {
        return bad("a token of type `Bearer`");
    }
    let secret = Secret::new(text);
    let whole = Secret::new(format!("Bearer {text}"));
    let Ok(mut header) = HeaderValue::from_str(whole.expose()) else {
        return bad("a token that a header can hold");
    };
    header.set_sensitive(true);
    // Some authorities write the number as a text.
    let life = answer
        .get("expires_in")
        .map_or(Some(UNSAID_LIFE), |life| life.as_u64().or_else(|| life.as_str().and_then(|text| text.parse().ok())));
    let Some(life) = life else {
        return bad("a number of seconds under `expires_in`");
    };
    let life = Duration::from_secs(life.min(86_400 * 30));
    Ok(Token { header, secret, refresh: now + life.mul_f64(0.8), end: now + life })
}

/// Why an answer that grants nothing does so.
fn refused(status: StatusCode, answer: &serde_json::Value) -> TokenFault {
    let text = |key: &str| answer.get(key).and_then(|text| text.as_str()).unwrap_or_default();
    let word = |text: &str| text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let error = Some(text("error")).filter(|error| word(error)).unwrap_or_default();
    let number = text("error_description").split(':').next().filter(|text| text.starts_with("AADSTS") && word(text));
    let said: Vec<&str> = [error, number.unwrap_or_default()].into_iter().filter(|text| !text.is_empty()).collect();
    let reason = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
    let unknown_client = error == "unauthorized_client" || number == Some("AADSTS700016");
    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
    let kind = if unknown_client { CallStatus::InvalidApplicationId } else { CallStatus::AadFailure };
    TokenFault::new(kind, format!("the token endpoint answered {}{reason}", status.as_u16()), passing)
}

/// A pause, longer or shorter by up to a fifth, so that many who wait do not come back together.
fn scattered(pause: Duration) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    pause.mul_f64(0.8 + f64::from(now.subsec_nanos() % 1000) * 0.0004)
}
