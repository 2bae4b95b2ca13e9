//! A file that is moved aside when it is full.

use super::{Event, Sink};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Appends each event as a line to a file. A file that would grow beyond its size is moved aside: `calls.ndjson` becomes
/// `calls.ndjson.1`, that one `calls.ndjson.2`, and the oldest is deleted.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    most_bytes: u64,
    keep: u32,
    open: Option<(BufWriter<File>, u64)>,
}

impl RotatingFile {
    /// A file of at most 64 MiB, beside at most five older ones. It is opened, or made, when the first event comes; its folder
    /// must exist.
    pub fn new(path: impl AsRef<Path>) -> RotatingFile {
        RotatingFile { path: path.as_ref().to_path_buf(), most_bytes: 64 << 20, keep: 5, open: None }
    }

    /// How large the file may become, in bytes. A single event that is longer has a file for itself.
    #[must_use]
    pub fn most_bytes(mut self, most: u64) -> RotatingFile {
        self.most_bytes = most;
        self
    }

    /// How many older files are kept.
    #[must_use]
    pub fn keep(mut self, keep: u32) -> RotatingFile {
        self.keep = keep;
        self
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        PathBuf::from(name)
    }

    /// Moves all files one further, and deletes the last one.
    fn rotate(&mut self) -> io::Result<()> {
        if let Some((mut file, _)) = self.open.take() {
            file.flush()?;
        }
        if self.keep == 0 {
            return fs::remove_file(&self.path);
        }
        for number in (0..self.keep).rev() {
            match fs::rename(self.numbered(number), self.numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn opened(&mut self) -> io::Result<&mut (BufWriter<File>, u64)> {
        match &mut self.open {
            Some(open) => Ok(open),
            none => {
                let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
                let length = file.metadata()?.len();
                Ok(none.insert((BufWriter::new(file), length)))
            }
        }
    }
}

impl Sink for RotatingFile {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        let line = event.json.len() as u64 + 1;
        let length = self.opened()?.1;
        if length > 0 && length + line > self.most_bytes {
            self.rotate()?;
        }
        let (file, length) = self.opened()?;
        file.write_all(event.json.as_bytes())?;
        file.write_all(b"\n")?;
        *length += line;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}
