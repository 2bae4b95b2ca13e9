//! Text of the user that is safe to look at.
//!
//! In: any text. Out: the same without a character that would move the cursor, change colours, turn the direction of
//! writing, or not be seen at all. What is replaced stays visible as a sign, so that the reader sees that something is
//! there.

/// Stands for the path in what the renderer draws. A character of the private area, which no text keeps.
pub(super) const PLACEHOLDER: char = '\u{E000}';

/// One line of at most `longest` characters; a line break is shown as `␊`.
pub(super) fn visible_line(text: &str, longest: usize) -> String {
    visible(text, longest, push_visible)
}

/// At most `longest` characters, line breaks kept.
pub(super) fn visible_text(text: &str, longest: usize) -> String {
    visible(text, longest, |c, out| if c == '\n' { out.push(c) } else { push_visible(c, out) })
}

fn visible(text: &str, longest: usize, push: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len().min(longest));
    let mut chars = text.chars();
    chars.by_ref().take(longest).for_each(|c| push(c, &mut out));
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// Appends a character, or what stands for it: four blanks for a tab, a picture for an ASCII control character, `�` for
/// another control, an invisible or a private character.
pub(super) fn push_visible(c: char, out: &mut String) {
    match c {
        '\t' => out.push_str("    "),
        // U+2400 and the following are pictures of the control characters in their order.
        '\0'..='\u{1F}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('�')),
        '\u{7F}' => out.push('␡'),
        '\u{80}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}' => out.push('�'),
        // Without width, or turning the direction of writing, or breaking the line.
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => out.push('�'),
        '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' | PLACEHOLDER..='\u{F8FF}' => out.push('�'),
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_becomes_a_sign() {
        assert_eq!(visible_line("a\u{1b}[31mb\u{9b}c\u{7f}\0\r\n\td", 100), "a␛[31mb�c␡␀␍␊    d");
        assert_eq!(visible_line("\u{202e}x\u{2066}\u{200b}\u{feff}\u{ad}", 100), "�x����");
        assert_eq!(visible_line("é€𝄞\u{a0}“”", 100), "é€𝄞\u{a0}“”");
        assert!(
            !visible_line(&(0..0x11_0000).filter_map(char::from_u32).collect::<String>(), usize::MAX)
                .chars()
                .any(|c| c.is_control() || c == PLACEHOLDER)
        );
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(visible_line("abcdef", 3), "abc…");
        assert_eq!(visible_line("abc", 3), "abc");
        assert_eq!(visible_text("a\nb\u{7}", 9), "a\nb␇");
    }
}
