/// Reads objects of which each is a document of its own and holds some of the columns, each at most once, and nothing
/// else: the lines of NDJSON.
///
/// Cells point into the document: nothing is copied or allocated for each.
public struct ObjectReader: ~Copyable {
  private let index = TokenIndex()
  private let names: ColumnNames
  private let cells: UnsafeMutablePointer<Cell>

  /// A reader of objects with these columns, at most 64.
  public init(columns: [StaticString]) {
    names = ColumnNames(columns)
    cells = .allocate(capacity: columns.count)
    cells.initialize(repeating: .null, count: columns.count)
  }

  deinit { cells.deallocate() }

  /// The cells of an object, in the order of the columns, null where it does not name one. Its bytes must stay in place
  /// until the last cell was used; escapes in them are replaced where they lie.
  public mutating func read(
    _ document: UnsafeMutableRawBufferPointer
  ) throws(ObjectProblem) -> UnsafePointer<Cell> {
    for column in 0..<names.count { cells[column] = .null }
    let problem: ObjectProblem?
    do {
      var walk = try index.walk(document)
      problem = try walk.object(names, cells)
      if problem == nil { try walk.end() }
    } catch {
      throw .notJSON(error)
    }
    if let problem { throw problem }
    return UnsafePointer(cells)
  }
}

/// Why a document is not such an object.
public enum ObjectProblem: Error, Equatable, Sendable {
  /// It is no JSON: broken, cut short, followed by something, or no UTF-8.
  case notJSON(JSONError)
  /// It is some other value.
  case notAnObject
  /// It has a member that is no column.
  case unknown(String)
  /// It has a column twice.
  case duplicate(column: String)
  /// A column holds an object or an array.
  case nested(column: String)
}

extension ObjectProblem: CustomStringConvertible {
  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .notJSON(let error): "the line is no JSON: \(error)"
    case .notAnObject: "the line is no object"
    case .unknown: "there is no such column"
    case .duplicate: "the object names this column twice"
    case .nested: "an array or an object stands here; give a plain value"
    }
  }

  /// The member that is wrong, if one is.
  public var column: String? {
    switch self {
    case .notJSON, .notAnObject: nil
    case .unknown(let column), .duplicate(let column), .nested(let column): column
    }
  }
}

extension TokenWalk {
  /// Reads the object that begins here; like the grammar's own errors, what it is not comes up at once.
  fileprivate mutating func object(
    _ names: borrowing ColumnNames, _ cells: UnsafeMutablePointer<Cell>
  ) throws(JSONError) -> ObjectProblem? {
    guard next == UInt8(ascii: "{") else {
      try skipValue()
      try end()
      return .notAnObject
    }
    index &+= 1
    if next == UInt8(ascii: "}") {
      index &+= 1
      return nil
    }
    var seen: UInt64 = 0
    var expected = 0
    while true {
      let key = index
      guard let column = try column(names, expected) else { return .unknown(name(key)) }
      let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: column)
      if seen & bit != 0 { return .duplicate(column: names.text(column)) }
      seen |= bit
      guard let cell = try cell() else { return .nested(column: names.text(column)) }
      cells[column] = cell
      expected = column &+ 1
      if next != UInt8(ascii: ",") { break }
      index &+= 1
    }
    try expect(UInt8(ascii: "}"))
    return nil
  }

  /// The text of the key that is token `key`, which has been read before. An escape in it has been replaced by then, so
  /// that what is behind it is cut off.
  private func name(_ key: Int) -> String {
    let start = Int(tokens[key]) + 1
    var end = start
    while end < length, bytes[end] != TokenWalk.quote { end += 1 }
    return String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
  }
}
