import Glibc

/// What went wrong with a file, and with which call.
public struct FileError: Error, CustomStringConvertible {
  let path: String
  let action: String
  let code: Int32

  init(_ path: String, _ action: String, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// For example `cannot write customers.csv: No space left on device`.
  public var description: String { "cannot \(action) \(path): \(String(cString: strerror(code)))" }
}

/// A file that appears under its name whole or not at all: written beside it under `NAME.part`, synced, renamed.
///
/// What is there under the name and is no regular file (`/dev/null`, a pipe) is written to as it is. All calls
/// block.
///
/// SAFETY: `@unchecked Sendable` since one piece of work has it at a time.
public final class OutputFile: @unchecked Sendable {
  /// The name as it was given.
  public let path: String
  /// The name that a symbolic link leads to.
  private let target: String
  private let unfinished: String
  private let isAside: Bool
  private var descriptor: Int32

  /// Opens the unfinished file and empties it; only one process at a time can have it.
  public init(_ path: String) throws(FileError) {
    self.path = path
    target = Self.resolved(path)
    unfinished = target + ".part"
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, "write", code: EISDIR) }
    isAside = !exists || status.st_mode & S_IFMT == S_IFREG
    guard isAside else {
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
      if descriptor < 0 { throw FileError(path, "open") }
      return
    }
    descriptor = try Self.locked(unfinished)
    if ftruncate(descriptor, 0) != 0 { throw FileError(unfinished, "empty") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(path, "write")
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Puts the file under its name, after it is safe on disk.
  public func finish() throws(FileError) {
    if isAside {
      if fsync(descriptor) != 0 { throw FileError(path, "write") }
      if rename(unfinished, target) != 0 { throw FileError(path, "rename to") }
      try syncFolder()
    }
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 { throw FileError(path, "write") }
  }

  /// Removes the unfinished file.
  public func discard() {
    guard descriptor >= 0 else { return }
    if isAside { unlink(unfinished) }
    close(descriptor)
    descriptor = -1
  }

  private func syncFolder() throws(FileError) {
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
    let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError(folder, "open") }
    defer { close(opened) }
    // Some file systems cannot sync a folder; the file itself is safe.
    if fsync(opened) != 0 && errno != EINVAL { throw FileError(folder, "sync") }
  }

  /// The file that a name leads to, also where it does not exist yet.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func locked(_ path: String) throws(FileError) -> Int32 {
    while true {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw FileError(path, "create") }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let error = FileError(path, errno == EWOULDBLOCK ? "share with another program" : "lock")
        close(descriptor)
        throw error
      }
      // Another program may have renamed the file between the two calls.
      var own = stat()
      var named = stat()
      if fstat(descriptor, &own) == 0, stat(path, &named) == 0, own.st_ino == named.st_ino {
        return descriptor
      }
      close(descriptor)
    }
  }
}
