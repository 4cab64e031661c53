/// Why a response is not the page of rows that was asked for.
public enum PageError: Error, Equatable, Sendable {
  /// The document is no JSON: broken, cut short, followed by something, or no UTF-8.
  case notJSON(JSONError)
  /// The outermost value is neither an array nor an object with an array in it.
  case noArray
  /// An object with several arrays: nobody can tell which of them is the page.
  case severalArrays
  /// An element of the array is no object. Rows count from 0.
  case notARow(row: Int)
  /// A row lacks a column.
  case missing(column: String, row: Int)
  /// A row has a column twice.
  case duplicate(column: String, row: Int)
  /// A column holds an object or an array.
  case nested(column: String, row: Int)
}

extension PageError: CustomStringConvertible {
  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .notJSON(let error): "not JSON: \(error)"
    case .noArray: "no array of rows"
    case .severalArrays: "more than one array"
    case .notARow(let row): "row \(row) of the page is no object"
    case .missing(let column, let row): "row \(row) of the page has no \(column)"
    case .duplicate(let column, let row): "row \(row) of the page has \(column) twice"
    case .nested(let column, let row): "\(column) in row \(row) of the page is not a single value"
    }
  }
}
