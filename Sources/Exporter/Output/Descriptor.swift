import Bytes
import Glibc

/// An open file. Owns the descriptor; every call blocks, so call it off the loop.
final class Descriptor: Sendable {
  let path: String
  let number: Int32

  init(_ path: String, _ flags: Int32) throws(OutputError) {
    self.path = path
    number = try check(open(path, flags | O_CLOEXEC, 0o666), "open", path)
  }

  deinit { close(number) }

  /// A file to read; nil if there is none.
  static func ifThere(_ path: String) throws(OutputError) -> Descriptor? {
    do {
      return try Descriptor(path, O_RDONLY)
    } catch {
      if case .system(_, _, ENOENT) = error { return nil }
      throw error
    }
  }

  /// Writes a small file, whole, and waits until it is on the disk.
  static func put(_ text: String, _ path: String) throws(OutputError) {
    let file = try Descriptor(path, O_WRONLY | O_CREAT | O_TRUNC)
    var bytes = ByteBuffer()
    bytes.append(text: text)
    try bytes.withBytes { bytes throws(OutputError) in try file.write(bytes, at: 0) }
    try file.sync()
  }

  /// The size of the file.
  func size() throws(OutputError) -> Int64 {
    try Int64(status().st_size)
  }

  func status() throws(OutputError) -> stat {
    var status = stat()
    try check(fstat(number, &status), "fstat", path)
    return status
  }

  /// True if the path still leads to this file, and not to another one that has taken its place.
  func isAtItsPath() throws(OutputError) -> Bool {
    var there = stat()
    guard stat(path, &there) == 0 else { return false }
    let here = try status()
    return here.st_ino == there.st_ino && here.st_dev == there.st_dev
  }

  /// Takes the lock that goes away with the process; false if another one has it.
  func tryLock() throws(OutputError) -> Bool {
    if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
    if errno == EWOULDBLOCK { return false }
    throw .system(call: "flock", path: path, code: errno)
  }

  /// Gives the lock back before the descriptor is closed.
  func unlock() { flock(number, LOCK_UN) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(OutputError) -> Int {
    while true {
      let count = pread(number, buffer.baseAddress, buffer.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      return try check(count, "read", path)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(OutputError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(number, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      done += try check(count, "write", path)
    }
  }

  func truncate(to size: Int64) throws(OutputError) {
    try check(ftruncate(number, off_t(size)), "ftruncate", path)
  }

  /// Waits until all that was written is on the disk.
  func sync() throws(OutputError) {
    try check(fdatasync(number), "fdatasync", path)
  }

  /// Waits until the folder's entries are on the disk.
  static func syncFolder(_ path: String) throws(OutputError) {
    let folder = try Descriptor(path, O_RDONLY | O_DIRECTORY)
    try check(fsync(folder.number), "fsync", path)
  }
}
