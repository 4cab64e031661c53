import Digest
import HTTP
import Postgres

/// The word by which a client marks a request, so that it may send it again without fear (`Idempotency-Key`).
struct IdempotencyKey: Sendable {
  /// Which route, and who asks: the word is the client's own.
  let scope: String
  let key: String
  /// What is asked for.
  let digest: SHA256Digest

  /// Characters of a key at most.
  static let lengthLimit = 255
  /// Hours for which an answer is kept.
  static let hours = 24

  /// The key that `request` carries for the route called `route`; nil if it carries none.
  init?(_ request: Request, route: String) throws(Problem) {
    guard let key = request.header("idempotency-key") else { return nil }
    guard (1...Self.lengthLimit).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw Problem(
        .unprocessableContent, "Idempotency-Key: \(Self.expectation)",
        faults: [.init("Idempotency-Key", Self.expectation)])
    }
    self.key = key
    scope = "\(route) \(APIKeys.caller(of: request))"
    digest = request.body.withBytes { SHA256Digest(of: $0) }
  }

  private static let expectation =
    "must be 1 to \(lengthLimit) visible ASCII characters without blanks, such as a UUID"

  /// As the last values of a statement: scope, key, digest.
  var values: [Value] { [.text(scope), .text(key), .text(digest.hex)] }
}
