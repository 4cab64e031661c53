/// What a page told, apart from the rows' texts.
struct PageFacts: Equatable {
  /// Rows in the page.
  var rows = 0
  /// The first id in it; unused without rows.
  var first: Int64 = 0
  /// The last id in it; unused without rows.
  var last: Int64 = 0
  /// The rows at its start that were wanted.
  var accepted = 0
  /// The last of those; 0 without any.
  var lastAccepted: Int64 = 0
  /// The first id that was not wanted.
  var firstBeyond: Int64?
  /// Size of the response's body.
  var bytes = 0
}
