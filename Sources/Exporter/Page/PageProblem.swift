import Bytes
import JSON

/// Why a page cannot be used. All of these end the export: a server that answers so cannot be trusted to have
/// given every row.
enum PageProblem: Error, Equatable {
  /// The body is not the JSON of a page.
  case shape(PageError)
  /// The first column is no whole number of 64 bits.
  case idIsNoInteger(row: Int)
  /// An id is not above the one before it, or not above the one that was asked for.
  case idsOutOfOrder(row: Int, id: Int64, previous: Int64)
  /// More rows than were asked for.
  case tooManyRows(asked: Int)
  /// A text, a date or a time is written as a number or a truth. A server that does so to a phone or a house number
  /// has already lost its leading zeros.
  case notText(column: String, row: Int)
  /// No row, each time, though one with this id came too, which lies behind.
  case emptyBefore(id: Int64)
}

extension PageProblem: CustomStringConvertible {
  var description: String {
    switch self {
    case .shape(let error): "\(error)"
    case .idIsNoInteger(let row): "customer_id in row \(row) of the page is no whole number"
    case .idsOutOfOrder(let row, let id, let previous):
      "customer_id \(id) in row \(row) of the page comes after \(previous)"
    case .tooManyRows(let asked): "more rows than the \(asked) that were asked for"
    case .notText(let column, let row): "\(column) in row \(row) of the page is neither a text nor null"
    case .emptyBefore(let id):
      "it is empty each time, though customer_id \(id) came too, which lies behind; rows are missing, or were deleted"
    }
  }
}
