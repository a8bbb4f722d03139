//! Cross-origin requests, as browsers ask for them.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{Method, StatusCode};

use super::response::{Reply, text};

/// Always allowed, as in the Collector.
const HEADERS_ALLOWED: [&str; 4] = ["accept", "content-type", "origin", "x-requested-with"];

/// Which origins may send, with which headers.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    /// Exact, or with `*` for any text.
    pub origins: Vec<String>,
    pub headers: Vec<String>,
    pub max_age_s: u64,
}

impl Cors {
    fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let origin = origin.to_ascii_lowercase();
        self.origins.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &origin))
    }

    fn allows_headers(&self, names: &str) -> bool {
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).all(|name| {
            let known = |allowed: &str| allowed == "*" || allowed.eq_ignore_ascii_case(name);
            HEADERS_ALLOWED.into_iter().any(known) || self.headers.iter().any(|h| known(h))
        })
    }

    /// The answer to a preflight; one that is not allowed lacks the headers that allow.
    pub fn preflight(&self, request: &HeaderMap) -> Reply {
        let mut reply = text(204, "");
        *reply.status_mut() = StatusCode::NO_CONTENT;
        let headers = reply.headers_mut();
        headers.remove(CONTENT_TYPE);
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let names = asked.and_then(|names| names.to_str().ok()).unwrap_or_default();
        if !self.allows_headers(names) || !self.allow(request, &mut reply) {
            return reply;
        }
        let headers = reply.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        if let Some(asked) = asked {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        if self.max_age_s > 0 {
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(self.max_age_s));
        }
        reply
    }

    /// Marks a reply as readable for the request's origin, if that is allowed.
    pub fn allow(&self, request: &HeaderMap, reply: &mut Reply) -> bool {
        let Some(origin) = request.get(ORIGIN).filter(|origin| self.allows(origin)) else {
            return false;
        };
        let headers = reply.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        true
    }
}

pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// `*` stands for any text, also none.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.filter_map(|at| rest.get(at..)).any(|rest| matches(tail, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("*", "https://a.b"));
        assert!(matches("https://*.b:*", "https://x.y.b:80"));
        assert!(!matches("https://*.b", "https://b.c"));
        assert!(matches("https://a", "https://a"));
    }

    #[test]
    fn headers_beyond_the_usual_must_be_named() {
        let cors = Cors { headers: vec!["X-Team".to_owned()], ..Cors::default() };
        assert!(cors.allows_headers("content-type, x-team"));
        assert!(!cors.allows_headers("x-other"));
    }
}
