internal import Glibc

/// A secret that is a file, as containers and supervisors hand them over.
enum SecretFile {
  /// A connection URL or a password is never longer.
  private static let limit = 64 << 10

  /// The text of the file without the line end behind it.
  static func read(_ path: String) throws(ConnectionSettingsError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      if count == 0 { break }
      bytes += piece.prefix(count)
      guard bytes.count <= limit else {
        throw ConnectionSettingsError("\(path) is too long for a secret; name another file")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConnectionSettingsError("\(path) is not UTF-8; write it in UTF-8")
    }
    // CR LF is one character to Swift.
    let secret = text.last?.isNewline == true ? text.dropLast() : text[...]
    guard !secret.isEmpty else { throw ConnectionSettingsError("\(path) is empty; write the secret into it") }
    return String(secret)
  }

  private static func failure(_ path: String) -> ConnectionSettingsError {
    ConnectionSettingsError("\(path): \(String(cString: strerror(errno))); name a file that can be read")
  }
}
