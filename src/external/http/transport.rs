//! One call over HTTP: the request, the token it needs, and what comes back (R7.2 to R7.6).
//!
//! Each call is one request, and a second one if its token was refused. Dropping the future drops the connection of a request
//! under way; tokens that are being asked for stay asked for.

use super::auth::Credentials;
use super::failure::{self, describe};
use super::request::{Prepared, RequestTemplate};
use super::secret::{HIDDEN, Secret};
use super::template::{Place, escape};
use super::token::Token;
use super::warm::Warmth;
use crate::evaluate::{AnswerSource, Arguments, CallStatus};
use crate::external::{Call, Exchange, Response, Sent, Transport};
use crate::value::DateTime;
use crate::value::format::parse_datetime;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

/// How much of a response that is no value is kept, in bytes.
const EXCERPT: usize = 1024;

/// How long a failed response's body is waited for: it is only shown.
const EXCERPT_PATIENCE: Duration = Duration::from_millis(20);

/// Makes the calls of one definition over HTTP.
#[derive(Clone, Debug)]
pub(super) struct HttpTransport {
    pub(super) inner: Arc<Inner>,
}

/// What its calls share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) method: Method,
    pub(super) request: RequestTemplate,
    pub(super) client: reqwest::Client,
    pub(super) credentials: Credentials,
    /// The type of `[auth]`.
    pub(super) auth: &'static str,
    /// What must not be shown, longest first.
    pub(super) secrets: Vec<Secret>,
    pub(super) warmth: Option<Warmth>,
}

impl Transport for HttpTransport {
    fn call(&self, call: Call) -> Exchange {
        let inner = self.inner.clone();
        Box::pin(async move {
            Warmth::keep(&inner);
            let response = inner.exchange(&call).await;
            Warmth::note(&inner);
            response
        })
    }

    fn source(&self) -> AnswerSource {
        AnswerSource::Http
    }

    fn is_safe(&self) -> bool {
        self.inner.method == Method::GET
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn validates(&self) -> bool {
        true
    }

    fn authentication(&self) -> &'static str {
        self.inner.auth
    }

    fn endpoint(&self) -> &str {
        &self.inner.request.url.shown
    }

    fn sent(&self, arguments: &Arguments) -> Sent {
        self.inner.request.sent(arguments)
    }
}

impl Inner {
    async fn exchange(&self, call: &Call) -> Response {
        let prepared = match self.request.prepare(&call.arguments) {
            Ok(prepared) => prepared,
            Err(message) => return Response::failure(CallStatus::UnknownFailure, message),
        };
        let mut repeated = false;
        loop {
            let token = match &self.credentials {
                Credentials::Token(source) => match source.token(call.deadline).await {
                    Ok(token) => Some(token),
                    Err(fault) => return Response::failure(fault.status, self.without_secrets(fault.message, None)),
                },
                _ => None,
            };
            let response = match self.send(&prepared, token.as_ref()).await {
                Ok(response) => response,
                Err(error) => return self.failed(&describe(&error), token.as_ref()),
            };
            if let (StatusCode::UNAUTHORIZED, false, Some(token), Credentials::Token(source)) =
                (response.status(), repeated, &token, &self.credentials)
            {
                source.refuse(token);
                repeated = true;
                continue;
            }
            return self.read(response, call.response_bytes, token.as_ref()).await;
        }
    }

    async fn send(&self, prepared: &Prepared, token: Option<&Arc<Token>>) -> reqwest::Result<reqwest::Response> {
        let mut headers = HeaderMap::with_capacity(prepared.headers.len() + 3);
        headers.insert(ACCEPT, reqwest::header::HeaderValue::from_static("application/json"));
        headers.extend(prepared.headers.iter().cloned());
        match (token, &self.credentials) {
            (Some(token), _) => {
                headers.insert(AUTHORIZATION, token.header.clone());
            }
            (None, Credentials::Header(header)) => {
                headers.insert(AUTHORIZATION, header.clone());
            }
            _ => {}
        }
        let mut request = self.client.request(self.method.clone(), prepared.url.clone());
        if let Some(body) = &prepared.body {
            headers.insert(CONTENT_TYPE, reqwest::header::HeaderValue::from_static(self.request.content_type));
            request = request.body(body.clone());
        }
        request.headers(headers).send().await
    }

    async fn read(&self, response: reqwest::Response, most: usize, token: Option<&Arc<Token>>) -> Response {
        let status = response.status();
        if !status.is_success() {
            let retry_after = retry_after(status, response.headers());
            let error = match status.canonical_reason() {
                Some(reason) => format!("the service answered {} {reason}", status.as_u16()),
                None => format!("the service answered {}", status.as_u16()),
            };
            return Response {
                http_status: status.as_u16(),
                retry_after,
                body: self.without_secrets(begin(response).await, token),
                ..Response::failure(CallStatus::HttpError, error)
            };
        }
        let body = match failure::body(response, most).await {
            Ok(body) => body,
            Err(fault) => return Response { http_status: status.as_u16(), ..self.failed(&fault, token) },
        };
        let unusable = |message: String| Response {
            http_status: status.as_u16(),
            ..Response::failure(CallStatus::ResponseFailure, message)
        };
        let text = match String::from_utf8(body) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                return unusable(format!("expected JSON in UTF-8, found a byte that is none at offset {at}"));
            }
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        if text.trim_ascii().is_empty() {
            return unusable(format!("expected JSON, found an empty response with status {}", status.as_u16()));
        }
        if let Err(fault) = json(text) {
            let mut body = text.to_string();
            cut(&mut body);
            let body = self.without_secrets(body, token);
            return Response { body, ..unusable(fault) };
        }
        Response { http_status: status.as_u16(), ..Response::success(text) }
    }

    fn failed(&self, fault: &failure::Fault, token: Option<&Arc<Token>>) -> Response {
        Response::failure(fault.status, self.without_secrets(fault.message.clone(), token))
    }

    /// Removes secrets from a text that somebody else wrote (R11.2): a service may well repeat what it was sent.
    fn without_secrets(&self, text: String, token: Option<&Arc<Token>>) -> String {
        let mut text = text;
        for secret in self.secrets.iter().chain(token.map(|token| &token.secret)) {
            let plain = secret.expose();
            // What is this short is no secret, and would tear every text apart.
            if plain.len() < 4 {
                continue;
            }
            for place in [None, Some(Place::Address), Some(Place::JsonString)] {
                let mut written = String::new();
                match place {
                    None => written.push_str(plain),
                    Some(place) => escape(plain, place, &mut written),
                }
                if text.contains(&written) {
                    text = text.replace(&written, HIDDEN);
                }
            }
        }
        text
    }
}

/// Whether a text is JSON that rules can read, and if not, what is wrong with it.
fn json(text: &str) -> Result<(), String> {
    use crate::value::json::scan;
    let bytes = text.as_bytes();
    let whole = scan::skip(bytes, scan::blank(bytes, 0), 0).and_then(|end| scan::end(bytes, end));
    whole.map_err(|fault| format!("expected JSON: {}", fault.message(text)))
}

/// The begin of a body that is only shown.
async fn begin(mut response: reqwest::Response) -> String {
    let mut body = Vec::new();
    let read = async {
        while body.len() < EXCERPT
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend_from_slice(&chunk);
        }
    };
    // What was read by then is shown.
    let _ = timeout(EXCERPT_PATIENCE, read).await;
    body.truncate(EXCERPT + 4);
    let mut text = String::from_utf8_lossy(&body).into_owned();
    cut(&mut text);
    text
}

fn cut(text: &mut String) {
    if text.len() > EXCERPT {
        let end = (0..=EXCERPT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}

/// How long the service asks to be left alone: seconds, or a date (R7.7).
fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = parse_datetime(text, "R")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = DateTime::from_unix_nanos(i128::try_from(now.as_nanos()).ok()?)?;
    u64::try_from((until.unix_micros() - now.unix_micros()).max(0)).ok().map(Duration::from_micros)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that does not get that far has failed")]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_of_the_two_statuses_that_have_it() {
        let of = |status: u16, text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(StatusCode::from_u16(status).unwrap(), &headers)
        };
        assert_eq!(of(503, "7"), Some(Duration::from_secs(7)));
        assert_eq!(of(429, " 0 "), Some(Duration::ZERO));
        assert_eq!(of(500, "7"), None);
        assert_eq!(of(503, "soon"), None);
        assert_eq!(of(503, "-1"), None);
        assert_eq!(of(503, "Tue, 03 Feb 1998 11:04:05 GMT"), Some(Duration::ZERO));
        assert!(of(503, "Sat, 03 Feb 2998 11:04:05 GMT").is_some_and(|wait| wait > Duration::from_secs(86_400 * 365)));
    }
}
