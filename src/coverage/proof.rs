//! The proof of having read everything. It is computed from what was read, so it cannot be claimed.

use crate::time::Window;

/// The proof that a source read everything a query asked for: every page, every file.
///
/// Only sources make one, and only where their reading came to its natural end; a test over the imports keeps it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllRead(Window);

impl AllRead {
    /// Proves that all of `asked` was read; nothing when the intervals of `read` leave any of it out, or `unread` pages or files are left.
    pub fn prove(asked: Window, read: &[Window], unread: usize) -> Option<Self> {
        (unread == 0 && asked.without(read).is_empty()).then_some(Self(asked))
    }

    /// Returns the window that was read whole.
    pub fn window(self) -> Window {
        self.0
    }

    /// States it for a cell that no source made.
    #[cfg(test)]
    pub(crate) fn for_tests(window: Window) -> Self {
        Self(window)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn there_is_no_proof_while_a_second_or_a_page_is_missing() {
        let window = |from, to| Window::new(DateTime::from_timestamp(from, 0).unwrap(), DateTime::from_timestamp(to, 0).unwrap()).unwrap();
        let asked = window(0, 60);
        assert_eq!(AllRead::prove(asked, &[window(30, 90), window(0, 30)], 0).map(AllRead::window), Some(asked));
        assert_eq!(AllRead::prove(asked, &[window(0, 30), window(31, 60)], 0), None);
        assert_eq!(AllRead::prove(asked, &[asked], 1), None);
        assert_eq!(AllRead::prove(asked, &[], 0), None);
    }
}
