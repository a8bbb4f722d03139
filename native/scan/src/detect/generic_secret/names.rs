//! Names that say that a value is secret.

use super::super::Anchor;
use super::super::look::{at, slice};
use super::{TOKEN_BYTES_MIN, WHOLE, WHOLE_BYTES_MAX};

/// What a name says about its value, from what is least asked of one on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// There is none: the value is all there is.
    None,
    Password,
    Secret,
    /// Many a `cache_key` is none of a secret, so that only a token of letters and digits counts.
    Vague,
}

/// Short words are looked for together with what assigns to them.
pub const ANCHORS: &[Anchor] = &[
    // As texts are folded: without marks over letters, and Cyrillic ones that look Latin are.
    Anchor::Literal("password"),
    Anchor::Literal("passwd"),
    Anchor::Literal("passphrase"),
    Anchor::Literal("pwd"),
    Anchor::Literal("_pass"),
    Anchor::Literal("pass="),
    Anchor::Literal("pass\""),
    Anchor::Literal("pass'"),
    Anchor::Literal("pass: \""),
    Anchor::Literal("pass: '"),
    Anchor::Literal("passwort"),
    Anchor::Literal("kennwort"),
    Anchor::Literal("wachtwoord"),
    Anchor::Literal("contrasena"),
    Anchor::Literal("mot de passe"),
    Anchor::Literal("senha"),
    Anchor::Literal("losenord"),
    Anchor::Literal("adgangskode"),
    Anchor::Literal("salasana"),
    Anchor::Literal("heslo"),
    Anchor::Literal("jelszo"),
    Anchor::Literal("kata sandi"),
    Anchor::Literal("mat khau"),
    Anchor::Literal("hasło"),
    Anchor::Literal("пapoль"),
    Anchor::Literal("Пapoль"),
    Anchor::Literal("密码"),
    Anchor::Literal("密碼"),
    Anchor::Literal("パスワード"),
    Anchor::Literal("비밀번호"),
    Anchor::Literal("secret"),
    Anchor::Literal("token"),
    Anchor::Literal("credential"),
    Anchor::Literal("api_key"),
    Anchor::Literal("api-key"),
    Anchor::Literal("api key"),
    Anchor::Literal("apikey"),
    Anchor::Literal("access_key"),
    Anchor::Literal("access-key"),
    Anchor::Literal("access key"),
    Anchor::Literal("accesskey"),
    Anchor::Literal("private_key"),
    Anchor::Literal("private-key"),
    Anchor::Literal("privatekey"),
    Anchor::Literal("secret_key"),
    Anchor::Literal("secret-key"),
    Anchor::Literal("secret key"),
    Anchor::Literal("secretkey"),
    Anchor::Literal("encryption_key"),
    Anchor::Literal("encryptionkey"),
    Anchor::Literal("signing_key"),
    Anchor::Literal("signingkey"),
    Anchor::Literal("masterkey"),
    Anchor::Literal("appkey"),
    Anchor::Literal("authkey"),
    Anchor::Literal("presharedkey"),
    Anchor::Literal("schlussel"),
    Anchor::Literal("sleutel"),
    Anchor::Literal("nyckel"),
    Anchor::Literal("klucz"),
    Anchor::Literal("kлюч"),
    Anchor::Literal("kлюч api"),
    Anchor::Literal("anahtar"),
    Anchor::Literal("anahtari"),
    Anchor::Literal("jeton"),
    Anchor::Literal("cle api"),
    Anchor::Literal("cle d'api"),
    Anchor::Literal("cle secrete"),
    Anchor::Literal("clave api"),
    Anchor::Literal("clave de api"),
    Anchor::Literal("clave de la api"),
    Anchor::Literal("clave secreta"),
    Anchor::Literal("chave api"),
    Anchor::Literal("chave de api"),
    Anchor::Literal("chave da api"),
    Anchor::Literal("chave secreta"),
    Anchor::Literal("chiave api"),
    Anchor::Literal("chiave segreta"),
    Anchor::Literal("kunci api"),
    Anchor::Literal("密钥"),
    Anchor::Literal("密鑰"),
    Anchor::Literal("金鑰"),
    Anchor::Literal("apiキー"),
    Anchor::Literal("api키"),
    Anchor::Literal("api 키"),
    Anchor::Literal("_key"),
    Anchor::Literal("-key"),
    Anchor::LoneWord {
        token_bytes_min: TOKEN_BYTES_MIN,
        text_bytes_max: WHOLE_BYTES_MAX,
        score: WHOLE,
    },
];

/// Names without `key` at their end that are none of a password.
const SECRET: &[&str] = &[
    "secret",
    "token",
    "credential",
    "schlussel",
    "sleutel",
    "nyckel",
    "klucz",
    "kлюч",
    "kлюч api",
    "anahtar",
    "anahtari",
    "jeton",
    "cle api",
    "cle d'api",
    "cle secrete",
    "clave api",
    "clave de api",
    "clave de la api",
    "clave secreta",
    "chave api",
    "chave de api",
    "chave da api",
    "chave secreta",
    "chiave api",
    "chiave segreta",
    "kunci api",
    "密钥",
    "密鑰",
    "金鑰",
    "apiキー",
    "api키",
    "api 키",
];

/// Of the anchor shown, and how long it is; a token is no name.
pub fn name(shown: &[u8]) -> (Name, usize) {
    let is = |known: &&str| shown.eq_ignore_ascii_case(known.as_bytes());
    let is_known =
        ANCHORS.iter().any(|anchor| matches!(anchor, Anchor::Literal(known) if is(known)));
    let n_after = shown.iter().rev().take_while(|byte| b" :=\"'".contains(byte)).count();
    let len = shown.len() - n_after;
    let is_key = slice(shown, len.saturating_sub(3), len).eq_ignore_ascii_case(b"key");
    let name = if !is_known {
        Name::None
    } else if is_key && matches!(at(shown, 0), b'_' | b'-') {
        Name::Vague
    } else if is_key || SECRET.iter().any(is) {
        Name::Secret
    } else {
        Name::Password
    };
    (name, len)
}
