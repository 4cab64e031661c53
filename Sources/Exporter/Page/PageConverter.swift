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
  /// - Parameters:
  ///   - body: the response, which is changed: escapes are replaced where they lie.
  ///   - nulls: the nulls of the appended rows are added to these.
  mutating func convert(
    _ body: UnsafeMutableRawBufferPointer, of request: Plan.Request, upTo limit: Int64?,
    into output: inout ByteBuffer, counting nulls: inout NullCounts
  ) throws(PageProblem) -> PageFacts {
    let start = output.count
    do throws(PageProblem) {
      var facts = try read(body, request, limit ?? .min, &output, &nulls)
      facts.bytes = body.count
      return facts
    } catch {
      output.truncate(to: start)
      nulls.clear()
      throw error
    }
  }

  private mutating func read(
    _ body: UnsafeMutableRawBufferPointer, _ request: Plan.Request, _ limit: Int64,
    _ output: inout ByteBuffer,
    _ nulls: inout NullCounts
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
        nulls.count(cells)
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

/// The number in the first column.
@inline(__always)
private func rowID(_ cell: Cell) -> Int64? {
  cell.kind == .number ? rowID(cell.bytes) : nil
}
