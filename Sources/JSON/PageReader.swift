/// Reads pages: JSON arrays of rows, or objects with one such array among their members.
///
/// A row is an object that has every column once, in any order, and perhaps other members, which are checked and
/// ignored. Rows come out one at a time, as cells that point into the page: nothing is copied or allocated for
/// each. A page is fine only when `nextRow()` has returned nil; until then what came out of it may not be used.
public struct PageReader: ~Copyable {
  private enum Place { case before, among, behind }

  private let index = TokenIndex()
  private let names: ColumnNames
  private let cells: UnsafeMutablePointer<Cell>
  private var walk: TokenWalk?
  private var inObject = false
  private var place = Place.before
  /// How many rows were read from this page.
  public private(set) var rows = 0

  /// A reader of rows with these columns, at most 64.
  public init(columns: [StaticString]) {
    names = ColumnNames(columns)
    cells = .allocate(capacity: columns.count)
    cells.initialize(repeating: .null, count: columns.count)
  }

  deinit { cells.deallocate() }

  /// Opens a page. Its bytes must stay in place until the last cell was used; escapes in them are replaced where
  /// they lie.
  public mutating func open(_ page: UnsafeMutableRawBufferPointer) throws(PageError) {
    rows = 0
    place = .before
    walk = nil
    let found: Bool
    do {
      var walk = try index.walk(page)
      inObject = walk.next == UInt8(ascii: "{")
      found = try inObject ? walk.enterMembers() : walk.enterArray()
      self.walk = walk
    } catch {
      throw .notJSON(error)
    }
    if !found {
      walk = nil
      throw .noArray
    }
  }

  /// The cells of the next row, in the order of the columns; nil when the page is over and all of it was fine.
  /// The pointer is good until the next call.
  public mutating func nextRow() throws(PageError) -> UnsafePointer<Cell>? {
    guard var walk else { return nil }
    // What has failed once gives no more rows.
    self.walk = nil
    let problem: PageError?
    do {
      if try walk.atEndOfRows(first: place == .before) {
        problem = try walk.leave(inObject: inObject)
        place = .behind
      } else {
        problem = try walk.row(rows, names, cells)
        place = .among
      }
    } catch {
      throw .notJSON(error)
    }
    if let problem { throw problem }
    if place == .behind { return nil }
    rows &+= 1
    self.walk = walk
    return UnsafePointer(cells)
  }
}
