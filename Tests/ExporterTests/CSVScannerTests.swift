import Customers
import Testing

@testable import Exporter

@Suite struct CSVScannerTests {
  private func scan(_ bytes: ArraySlice<UInt8>, step: Int = 7, format: CSVFormat = CSVFormat())
    -> ExportProgress
  {
    var scanner = format.makeScanner(from: ExportProgress())
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.prefix(step)
      rest = rest.dropFirst(step)
      if !part.withUnsafeBytes({ scanner.scan($0) }) { break }
    }
    return scanner.progress
  }

  /// However the file was cut, what is whole is found, and nothing else.
  @Test func wholeRowsAreFoundWhereverTheFileIsCut() {
    let ids: [Int64] = Array(1...24) + [9_223_372_036_854_775_807]
    let file = Array(SimulatedRow.csv(ids).utf8)
    var ends = [csvHeader.utf8.count]
    for id in ids { ends.append((ends.last ?? 0) + SimulatedRow(id: id).csv.utf8.count) }
    #expect(ends.last == file.count)
    for cut in 0...file.count {
      let whole = ends.lastIndex { $0 <= cut }
      let expected = whole.map {
        ExportProgress(bytes: Int64(ends[$0]), rows: Int64($0), lastID: $0 == 0 ? 0 : ids[$0 - 1])
      }
      let found = scan(file[..<cut])
      if found != expected ?? ExportProgress() {
        Issue.record("cut at \(cut): \(found), not \(String(describing: expected))")
        return
      }
    }
  }

  @Test(arguments: [
    "x", "0,", "-1,", "2,a\n", "9223372036854775808,", "5,,,,,,,,,,,,,,,,,,,\n", "\0\0\0", "\n", ",",
    "\"5\",",
  ])
  func whatIsNotOursEndsTheScan(_ foreign: String) {
    let mine = SimulatedRow.csv([5])
    let known = scan(Array(mine.utf8)[...])
    #expect(known.rows == 1)
    let after = SimulatedRow(id: 6).csv
    #expect(scan(Array((mine + foreign + after).utf8)[...]) == known)
  }

  @Test func theHeaderMustBeOurs() {
    #expect(scan(Array(csvHeader.replacing("email", with: "eMail").utf8)[...]) == ExportProgress())
    #expect(scan(Array(csvHeader.utf8)[...]).bytes == Int64(csvHeader.utf8.count))
  }

  @Test func carriageReturnsBelongToTheLineEnd() {
    let format = CSVFormat(lineEnd: .crlf, byteOrderMark: true)
    let header = "\u{FEFF}" + csvHeader.dropLast() + "\r\n"
    let row = "7,\"a\r\n\",,,,,,,,,,,,,,,,,"
    #expect(scan(Array((header + row + "\r\n").utf8)[...], format: format).lastID == 7)
    #expect(scan(Array((header + row + "\n").utf8)[...], format: format).rows == 0)
  }

  @Test func aScanGoesOnBehindWhatIsKnown() {
    let known = ExportProgress(bytes: 1000, rows: 10, lastID: 44)
    var scanner = CSVFormat().makeScanner(from: known)
    let row = Array(SimulatedRow(id: 45).csv.utf8)
    let isOurs = row.withUnsafeBytes { scanner.scan($0) }
    #expect(isOurs)
    #expect(scanner.progress == ExportProgress(bytes: 1000 + Int64(row.count), rows: 11, lastID: 45))
  }
}
