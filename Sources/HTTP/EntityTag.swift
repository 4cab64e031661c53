/// What names one state of a resource, so that a client need not be sent what it has (RFC 9110, 8.8.3).
public struct EntityTag: Equatable, Sendable {
  /// As it stands in the field, quotes and all.
  public let text: String
  private let isWeak: Bool

  /// A tag. Its opaque part holds visible characters but the quotation mark; a weak one says that the meaning is the
  /// same, whatever the bytes, as is true of what may be compressed on the way.
  public init(_ opaque: String, isWeak: Bool = false) {
    text = (isWeak ? "W/" : "") + "\"\(opaque)\""
    self.isWeak = isWeak
  }

  /// True if the value of `If-None-Match` names this state; weak and strong tags are the same here.
  public func isListed(inIfNoneMatch field: String) -> Bool {
    Self.tags(field).contains { $0 == "*" || Self.opaque($0) == Self.opaque(text[...]) }
  }

  /// True if the value of `If-Match` names this state; a weak tag is never enough.
  public func isListed(inIfMatch field: String) -> Bool {
    Self.tags(field).contains { $0 == "*" || (!isWeak && $0 == text) }
  }

  /// The tags of a list. A comma inside of quotes belongs to its tag.
  private static func tags(_ field: String) -> [Substring] {
    var isQuoted = false
    return field.split { character in
      if character == "\"" { isQuoted.toggle() }
      return !isQuoted && (character == "," || character == " " || character == "\t")
    }
  }

  private static func opaque(_ tag: Substring) -> Substring {
    tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
  }
}
