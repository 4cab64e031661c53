import Bytes
import Customers
import JSON

/// Turns the body of a response into rows of the output and the facts that the plan needs.
struct PageConverter<Format: OutputFormat>: ~Copyable {
  private var reader = PageReader(columns: Column.allCases.map(\.name))
  private let format: Format

  init(format: Format) { self.format = format }

  /// Checks all of the page, and appends to `output` its rows with ids up to `limit` (none if that is nil). A page
  /// with a problem appends nothing.
  ///
  /// - Parameter body: the response, which is changed: escapes are replaced where they lie.
  mutating func convert(
    _ body: UnsafeMutableRawBufferPointer, of request: Plan.Request, upTo limit: Int64?,
    into output: inout ByteBuffer
  ) throws(PageProblem) -> PageFacts {
    let start = output.count
    do throws(PageProblem) {
      var facts = try read(body, request, limit ?? .min, &output)
      facts.bytes = body.count
      return facts
    } catch {
      output.truncate(to: start)
      throw error
    }
  }

  private mutating func read(
    _ body: UnsafeMutableRawBufferPointer, _ request: Plan.Request, _ limit: Int64, _ output: inout ByteBuffer
  ) throws(PageProblem) -> PageFacts {
    var facts = PageFacts()
    var previous = request.previousID
    try open(body)
    while let cells = try nextRow() {
      guard let id = rowID(cells[0]) else { throw .idIsNoInteger(row: facts.rows) }
      guard id > previous else { throw .idsOutOfOrder(row: facts.rows, id: id, previous: previous) }
      guard facts.rows < request.records else { throw .tooManyRows(asked: request.records) }
      if let column = columnWithoutText(cells) {
        throw .notText(column: "\(Column.allCases[column].name)", row: facts.rows)
      }
      if facts.rows == 0 { facts.first = id }
      facts.rows &+= 1
      if id <= limit {
        facts.accepted &+= 1
        facts.lastAccepted = id
        format.append(row: cells, to: &output)
      } else if facts.firstBeyond == nil {
        facts.firstBeyond = id
      }
      previous = id
    }
    facts.last = previous
    return facts
  }

  private mutating func open(_ body: UnsafeMutableRawBufferPointer) throws(PageProblem) {
    do { try reader.open(body) } catch { throw .shape(error) }
  }

  @inline(__always)
  private mutating func nextRow() throws(PageProblem) -> UnsafePointer<Cell>? {
    do { return try reader.nextRow() } catch { throw .shape(error) }
  }
}

/// The first of the other columns that is neither a string nor null: all of them are texts or times, which JSON has
/// as strings.
@inline(__always)
private func columnWithoutText(_ cells: UnsafePointer<Cell>) -> Int? {
  for column in 1..<Column.count where cells[column].kind != .string && cells[column].kind != .null {
    return column
  }
  return nil
}

/// The number in the first column: digits alone, above 0, since ids are 1 or more.
@inline(__always)
private func rowID(_ cell: Cell) -> Int64? {
  let text = cell.bytes
  guard cell.kind == .number, text.count <= 19 else { return nil }
  var id: UInt64 = 0
  for byte in text {
    let digit = UInt64(byte &- 0x30)
    guard digit <= 9 else { return nil }
    id = id &* 10 &+ digit
  }
  // Nineteen digits fit into 64 bits without a sign.
  return Int64(exactly: id)
}
