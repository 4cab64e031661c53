/// Which part of a list is asked for: rows behind a key, and of those the ones from an offset on.
struct PageWindow: Equatable, Sendable {
  /// How many rows at most.
  var limit = Self.limitDefault
  /// Rows that are passed over.
  var offset: Int64 = 0
  /// Rows begin behind this id.
  var after: Int64?

  static let limitDefault: Int64 = 100
  static let limitRange: ClosedRange<Int64> = 1...1000

  /// No table has so many rows: what is beyond is as empty.
  private static let offsetLimit: Int64 = 1 << 60

  /// From the start.
  init() {}

  /// Takes its arguments out of `query`.
  init(_ query: inout QueryFields) {
    limit = query.integer("limit", Self.limitRange) ?? Self.limitDefault
    offset = min(query.integer("offset", 0 ... .max) ?? 0, Self.offsetLimit)
    after = query.integer("after")
  }

  /// The id that rows are above.
  var lowerBound: Int64 { after ?? .min }
}

extension PageWindow {
  /// From here on the rows that are passed over take longer than those that are shown.
  static let deepOffset: Int64 = 10_000

  /// True if finding the rows takes long.
  var isDeep: Bool { offset >= Self.deepOffset }
}
