import HTTP

/// What a client knows of a row's state and wants to build on: `If-Match` and `If-None-Match` (RFC 9110, 13.1).
struct StatePrecondition: Sendable {
  private let match: String?
  private let noneMatch: String?

  init(_ request: Request) {
    match = request.header("if-match")
    noneMatch = request.header("if-none-match")
  }

  /// True if a change is only for certain states.
  var isForChange: Bool { match != nil }

  /// Throws 412 if the row's state is not one of those that `If-Match` names.
  func requireMatch(_ tag: EntityTag) throws {
    guard let match, !tag.isListed(inIfMatch: match) else { return }
    throw Self.failed(tag)
  }

  /// True if the client has this state already.
  func isKnown(_ tag: EntityTag) -> Bool { noneMatch.map(tag.isListed(inIfNoneMatch:)) ?? false }

  /// Another one was faster, or the client's copy is old.
  static func failed(_ tag: EntityTag?) -> Problem {
    Problem(
      .preconditionFailed, "the row is in another state than the one that If-Match names; read it again",
      headers: tag.map { [Header("ETag", $0.text)] } ?? [])
  }
}
