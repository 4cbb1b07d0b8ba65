//! Where a secret begins and ends, and what is none though it comes near.

use super::*;
use crate::redact::{guess, plain};

#[test]
fn bytes_between_zeros_spell_a_secret_too() {
    let wide: Vec<u8> = "password=wJ7rXk2Qm9Lz4VtB8nYc".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let output = record(&json!({"note": wide})).into_inner();
    assert_eq!(output["note"][0], json!("[redacted: bytes]"));
}

#[test]
fn a_quoted_value_ends_at_its_own_quote() {
    assert_eq!(text(r#"password="k3!dL9sq#x",user=bob"#, 200), r#"password="[redacted: password]",user=bob"#);
    assert_eq!(text(r#"password="k3!dL9"sq#x user=bob"#, 200), "password=[redacted: password] user=bob");
}

#[test]
fn a_value_of_several_words_ends_with_its_line_or_its_field() {
    assert_eq!(text("password: correct horse battery", 200), "password: [redacted: password]");
    assert!(!text("Server=db;Password=correct horse battery;Encrypt=True", 200).contains("battery"));
    assert_eq!(text("password: hunter2 user=bob port=80", 200), "password: [redacted: password]");
    assert_eq!(text("password=hunter2 user=bob port=80", 200), "password=[redacted: password] user=bob port=80");
}

#[test]
fn letters_that_signs_divide_one_by_one_are_drawn() {
    let shown = |text: &str| plain::is_plain(text, 0);
    assert!(shown("yyyy-MM-dd-HH-mm") && shown("1s,5s,30s,2m"));
    assert!(!shown("xk-9-mq-zz-vb-p") && !shown("a.b.c.d"));
}

#[test]
fn a_path_refers_to_a_secret_only_when_each_part_of_it_is_a_word() {
    assert_eq!(text("token=/prod/orders/token", 200), "token=/prod/orders/token");
    assert_eq!(text("token=/prod/q9x8k2vbn47zt1mm3lw", 200), "token=[redacted: token]");
}

#[test]
fn a_password_is_told_by_signs_that_names_and_forms_have_not() {
    assert!(guess::is_password("k3!dL9sq#xQ7"));
    for text in ["k3%dL9sq&xQ7", "$k3!dL9sq#xQ7", "*k3!dL9sq#xQ7"] {
        assert!(!guess::is_password(text), "{text}");
    }
}
