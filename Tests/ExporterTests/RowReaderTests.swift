import Bytes
import Customers
import Testing

@testable import Exporter

@Suite struct RowReaderTests {
  /// Bytes that come in portions.
  final class Portions: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(_ text: ArraySlice<UInt8>, size: Int) {
      rest = text
      self.size = size
    }

    func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool {
      let part = rest.prefix(size)
      rest = rest.dropFirst(size)
      for byte in part { buffer.append(byte) }
      return !part.isEmpty
    }
  }

  private func read(
    _ text: ArraySlice<UInt8>, _ format: some OutputFormat, size: Int = 7
  ) throws -> (progress: ExportProgress, end: String) {
    var reader = RowReader(format, Portions(text, size: size))
    var rows: Int64 = 0
    while true {
      let event = try reader.next()
      guard event == .row else {
        return (
          ExportProgress(bytes: reader.offset, rows: rows, lastID: rows == 0 ? 0 : reader.id), "\(event)"
        )
      }
      rows += 1
    }
  }

  private func checkEveryCut(_ format: some OutputFormat, _ header: String, _ row: (Int64) -> String) throws {
    // Each cut is read from the start, so the work grows with the square of their number.
    let ids: [Int64] = Array(1...5) + [.max]
    let file = Array((header + ids.map(row).joined()).utf8)
    var ends = [header.utf8.count]
    for id in ids { ends.append((ends.last ?? 0) + row(id).utf8.count) }
    #expect(ends.last == file.count)
    for cut in 0...file.count {
      let whole = ends.lastIndex { $0 <= cut }
      let expected = whole.map {
        ExportProgress(bytes: Int64(ends[$0]), rows: Int64($0), lastID: $0 == 0 ? 0 : ids[$0 - 1])
      }
      let found = try read(file[..<cut], format)
      let isAtEnd = cut == 0 || ends.contains(cut)
      if found.progress != expected ?? ExportProgress() || found.end != (isAtEnd ? "end" : "torn") {
        Issue.record("cut at \(cut): \(found), not \(String(describing: expected))")
        return
      }
    }
  }

  /// However the text was cut, what is whole is found, and nothing else.
  @Test func wholeRowsAreFoundWhereverTheTextIsCut() throws {
    try checkEveryCut(CSVFormat(), csvHeader) { SimulatedRow(id: $0).csv }
    try checkEveryCut(NDJSONFormat(), "") { SimulatedRow(id: $0).line }
    let windows = CSVFormat(lineEnd: .crlf, byteOrderMark: true)
    try checkEveryCut(windows, "\u{FEFF}" + csvHeader.dropLast() + "\r\n") {
      String(SimulatedRow(id: $0).csv.dropLast()) + "\r\n"
    }
  }

  @Test(arguments: [
    "x", "0,", "-1,", "2,a\n", "9223372036854775808,", "5,,,,,,,,,,,,,,,,,,\n", "\0\0\0", "\n", ",", "\"5\",",
    "07,,,,,,,,,,,,,,,,,,\n", "7,,,,,,,,,,,,,,,,,,,\n", "7,,,,,,,,,,,,,,,,,\n", "7,a\"b,,,,,,,,,,,,,,,,,\n",
    "7,\"a\"b,,,,,,,,,,,,,,,,,\n", "7,\"a\",,,,,,,,,,,,,,,,,\r\n", " 7,,,,,,,,,,,,,,,,,,\n",
  ])
  func whatIsNotOursEndsTheReading(_ foreign: String) throws {
    let mine = SimulatedRow.csv([5])
    let after = SimulatedRow(id: 16).csv
    let found = try read(Array((mine + foreign + after).utf8)[...], CSVFormat())
    #expect(found.progress.bytes == Int64(mine.utf8.count))
    #expect(["foreign", "outOfOrder(previous: 5)"].contains(found.end))
    #expect(try read(Array((mine + after).utf8)[...], CSVFormat()).progress.rows == 2)
  }

  @Test(arguments: [
    "{}\n", "\n", "x\n", "{\"customer_id\":16}\n", " {\"customer_id\":16,", "{\"customer_id\":\"16\",",
    "{\"customer_id\": 16,",
  ])
  func linesThatAreNotOursEndTheReading(_ foreign: String) throws {
    let mine = SimulatedRow(id: 5).line
    let found = try read(Array((mine + foreign + SimulatedRow(id: 16).line).utf8)[...], NDJSONFormat())
    #expect(found.progress.bytes == Int64(mine.utf8.count))
    #expect(found.end == "foreign")
  }

  @Test func theHeaderMustBeOurs() throws {
    let other = Array(csvHeader.replacing("email", with: "eMail").utf8)[...]
    #expect(try read(other, CSVFormat()).progress == ExportProgress())
    #expect(try read(other, CSVFormat()).end == "foreign")
    #expect(try read(Array(csvHeader.utf8)[...], CSVFormat()).progress.bytes == Int64(csvHeader.utf8.count))
  }

  /// A quote that never ends does not take the memory of the whole file.
  @Test func aRowWithoutAnEndIsGivenUp() throws {
    let line = Array(String(repeating: "x", count: 1 << 20).utf8)
    let text = Array((csvHeader + "1,\"").utf8) + (0..<20).flatMap { _ in line }
    #expect(try read(text[...], CSVFormat(), size: 1 << 20).end == "foreign")
  }

  @Test func numbersAndTruthsAreValuesToo() throws {
    let row = SimulatedRow(id: 5).line.replacing(
      #/"home_city":("(\\.|[^"])*"|null)/#, with: "\"home_city\":-12.50e3")
    #expect(row.contains("-12.50e3"))
    #expect(try read(Array(row.utf8)[...], NDJSONFormat()).progress.rows == 1)
  }
}
