//! Where the cells are: one text, and the end of each cell in it.

/// All cells of a list, row by row.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) columns: Box<[Box<str>]>,
    text: Box<str>,
    /// The end of each cell in the text; it begins where the one before it ends.
    ends: Box<[u32]>,
}

/// A table that is being read.
#[derive(Debug, Default)]
pub(super) struct Building {
    text: String,
    ends: Vec<u32>,
}

impl Building {
    /// With room for the text of a file of so many bytes.
    pub(super) fn with_room(bytes: usize) -> Building {
        Building { text: String::with_capacity(bytes), ends: Vec::new() }
    }

    /// Adds the next cell. A file is shorter than 4 GiB, and so are its cells together.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn done(self, columns: Box<[Box<str>]>) -> Table {
        Table { columns, text: self.text.into_boxed_str(), ends: self.ends.into_boxed_slice() }
    }
}

impl Table {
    pub(super) fn rows(&self) -> usize {
        self.ends.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    /// The empty text if there is no such cell.
    pub(super) fn cell(&self, row: u32, column: usize) -> &str {
        let at = row as usize * self.columns.len() + column;
        let end = self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn memory(&self) -> usize {
        self.text.len() + size_of_val(&*self.ends)
    }
}
