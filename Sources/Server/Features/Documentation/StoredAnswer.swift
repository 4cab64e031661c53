import Bytes
import Digest
import HTTP

/// A body that is made once and then sent again and again. Clients keep it and ask whether it is still the same.
struct StoredAnswer: Sendable {
  let type: StaticString
  let body: String
  /// Of the bytes. Weak, since they may be compressed on their way.
  let tag: EntityTag

  init(type: StaticString, body: String) {
    self.type = type
    self.body = body
    tag = EntityTag(String(SHA256Digest(of: body).hex.prefix(16)), isWeak: true)
  }

  func send(_ request: Request, _ response: consuming ResponseWriter, headers: [Header]) {
    let headers = headers + [Header("ETag", tag.text), Header("Cache-Control", "no-cache")]
    if let known = request.header("if-none-match"), tag.isListed(inIfNoneMatch: known) {
      return response.empty(.notModified, headers: headers)
    }
    response.send(type: type, headers: headers) { $0.append(text: body) }
  }
}
