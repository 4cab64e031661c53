import Bytes
import Digest
import Gzip
import HTTP

/// A body that is made once and then sent again and again. Clients keep it and ask whether it is still the same.
struct StoredAnswer: Sendable {
  let type: StaticString
  let body: String
  /// The body in gzip, for those who ask; nil where it is too short for that.
  private let packed: [UInt8]?
  /// Of the bytes. Weak, since they may be compressed on their way.
  let tag: EntityTag

  init(type: StaticString, body: String) {
    self.type = type
    self.body = body
    packed = body.utf8.count < Self.leastPacked ? nil : Self.pack(body)
    tag = EntityTag(String(SHA256Digest(of: body).hex.prefix(16)), isWeak: true)
  }

  private static let leastPacked = 1024

  private static func pack(_ body: String) -> [UInt8] {
    var body = body
    var packed = ByteBuffer()
    var writer = GzipWriter(level: 9)
    body.withUTF8 { writer.write(UnsafeRawBufferPointer($0), to: &packed) }
    writer.endMember(to: &packed)
    return packed.withBytes { Array($0) }
  }

  func send(_ request: Request, _ response: consuming ResponseWriter, headers: [Header]) {
    let headers = headers + [Header("ETag", tag.text), Header("Cache-Control", "no-cache")]
    if let known = request.header("if-none-match"), tag.isListed(inIfNoneMatch: known) {
      return response.empty(.notModified, headers: headers)
    }
    guard let packed else { return response.send(type: type, headers: headers) { $0.append(text: body) } }
    let varies = headers + [Header("Vary", "Accept-Encoding")]
    if request.acceptsGzip {
      response.send(type: type, headers: varies + [Header("Content-Encoding", "gzip")]) { answer in
        packed.withUnsafeBytes { answer.append($0) }
      }
    } else {
      response.send(type: type, headers: varies) { $0.append(text: body) }
    }
  }
}
