//! Files that somebody named, opened so that none of them can hold up who reads: only plain ones, and never more than asked for.
//!
//! A pipe waits for its other end, a device for its owner, a file of the kernel's may wait or never end, and one on a mount that is
//! dead answers nobody. The first three are told by looking; for the last, [`within`] waits elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long a file of settings or an alert may take to be read: it is small, and the disk is near.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a plain file, as `options` say, and whatever links lead to it.
///
/// Errors: what the file system says; `InvalidInput` for what is no plain file.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    opened(path, options, false)
}

/// Opens a plain file that is our own: a link in its place is an error, as what it leads to may be another's.
///
/// Errors: as [`open`].
pub fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    if std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a link; name the file itself"));
    }
    opened(path, options, true)
}

/// Reads at most `max_bytes` from a plain file.
///
/// Errors: as [`open`]; `FileTooLarge`.
pub fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    bytes_of(open(path, OpenOptions::new().read(true))?, max_bytes)
}

/// Reads a text of at most `max_bytes` from a plain file.
///
/// Errors: as [`read`]; `InvalidData` for what is no UTF-8.
pub fn read_text(path: &Path, max_bytes: u64) -> io::Result<String> {
    text_of(open(path, OpenOptions::new().read(true))?, max_bytes)
}

/// Reads a text of at most `max_bytes` from a file that is open.
///
/// Errors: `FileTooLarge`, and `InvalidData` for what is no UTF-8.
pub fn text_of(file: File, max_bytes: u64) -> io::Result<String> {
    let bytes = bytes_of(file, max_bytes)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is no text in UTF-8"))
}

fn bytes_of(file: File, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {} KiB", max_bytes >> 10)));
    }
    Ok(bytes)
}

/// Does `work` on a thread of its own, and waits no longer than `patience` for it.
///
/// Errors: `TimedOut`; the thread then stays where it hangs.
pub fn within<T: Send + 'static>(patience: Duration, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (done, result) = mpsc::channel();
    std::thread::Builder::new().name("file".into()).spawn(move || done.send(work()))?;
    let late =
        || io::Error::new(ErrorKind::TimedOut, format!("it did not answer within {} s; look at what is mounted there", patience.as_secs()));
    result.recv_timeout(patience).map_err(|_| late())
}

#[cfg(unix)]
fn opened(path: &Path, options: &mut OpenOptions, own: bool) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let link = if own { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | link).bits();
    options.custom_flags(i32::try_from(flags).unwrap_or_default());
    let file = options.open(path).map_err(|error| match rustix::io::Errno::from_io_error(&error) {
        // What opening a pipe to write to it without waiting says where nobody reads.
        Some(rustix::io::Errno::NXIO) => no_plain_file(),
        _ => error,
    })?;
    if !file.metadata()?.is_file() || is_of_the_kernel(&file) {
        return Err(no_plain_file());
    }
    Ok(file)
}

#[cfg(not(unix))]
fn opened(path: &Path, options: &mut OpenOptions, _own: bool) -> io::Result<File> {
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(no_plain_file()) }
}

fn no_plain_file() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "it is not a file: a folder, pipe, socket, device or one of the kernel's")
}

/// Tells whether a file is one that the kernel makes up while it is read, which may wait or never end.
///
/// Source: `linux/magic.h`: proc, sysfs, debugfs, tracefs, securityfs, cgroup, cgroup2, bpf, configfs, selinuxfs.
#[cfg(target_os = "linux")]
fn is_of_the_kernel(file: &File) -> bool {
    const MADE_UP: [u64; 10] =
        [0x9fa0, 0x6265_6572, 0x6462_6720, 0x7472_6163, 0x7363_6673, 0x0027_e0eb, 0x6367_7270, 0xcafe_4a11, 0x6265_6570, 0xf97c_ff8c];
    rustix::fs::fstatfs(file).is_ok_and(|system| u64::try_from(system.f_type).is_ok_and(|kind| MADE_UP.contains(&kind)))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_of_the_kernel(_file: &File) -> bool {
    false
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn pipe(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    #[test]
    fn what_is_no_plain_file_is_refused_at_once_whichever_way_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let strange =
            [pipe(folder.path()), folder.path().to_owned(), link, "/dev/full".into(), "/proc/self/status".into(), "/sys/kernel/mm".into()];
        for path in strange {
            assert!(read_text(&path, 10).is_err(), "{}", path.display());
            assert!(open(&path, OpenOptions::new().append(true)).is_err(), "{}", path.display());
            assert!(open_own(&path, OpenOptions::new().read(true).append(true)).is_err(), "{}", path.display());
        }
    }

    #[test]
    fn only_our_own_files_may_not_be_links() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read_text(&link, 4).unwrap(), "text");
        let error = open_own(&link, OpenOptions::new().append(true)).unwrap_err();
        assert!(error.to_string().contains("it is a link"), "{error}");
        assert!(open_own(&file, OpenOptions::new().append(true)).is_ok());
    }

    #[test]
    fn a_file_that_is_too_large_or_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_text(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        std::fs::write(&path, [0xff]).unwrap();
        assert_eq!(read_text(&path, 4).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn what_never_answers_is_given_up() {
        let (never, silence) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(1), move || silence.recv()).unwrap_err().kind(), ErrorKind::TimedOut);
        drop(never);
        assert_eq!(within(PATIENCE, || 7).unwrap(), 7);
    }
}
