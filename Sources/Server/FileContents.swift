import Glibc

/// Reads whole files of a bounded size. It blocks, so that on a loop it belongs onto the thread pool.
enum FileContents {
  static func read(_ path: String, mebibytes: Int) throws(FileProblem) -> [UInt8] {
    let limit = mebibytes << 20
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileProblem(description: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var facts = stat()
    let size = fstat(descriptor, &facts) == 0 ? Int(facts.st_size) : 0
    // One more, so that the end is seen without growing.
    var bytes = [UInt8](repeating: 0, count: min(max(size, 4096), limit) + 1)
    var length = 0
    while true {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + length }, $0.count - length)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FileProblem(description: String(cString: strerror(errno))) }
      if count == 0 { break }
      length += count
      if length > limit { throw FileProblem(description: "it is larger than \(mebibytes) MiB") }
      if length == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
    }
    bytes.removeLast(bytes.count - length)
    return bytes
  }
}

/// Why a file could not be read.
struct FileProblem: Error, CustomStringConvertible {
  let description: String
}
