import Customers

@testable import Exporter

/// What lies in an unfinished file. However it is read, the same whole rows are found; they end where a row ends; and
/// they are what a plain reading of CSV finds.
enum CSVTarget {
  static func check(_ input: UnsafeRawBufferPointer) {
    for format in ExporterPath.formats {
      // As it is, and behind our header.
      check(Array(input), format)
      check(format.header + Array(input), format)
    }
  }

  private static func check(_ file: [UInt8], _ format: CSVFormat) {
    let whole = ExporterPath.scan(file, format, .whole)
    for cuts in Cuts.allCases where ExporterPath.scan(file, format, cuts) != whole {
      fail("\(cuts) finds other rows than the whole")
    }
    let progress = whole.progress
    guard progress.bytes >= 0, progress.bytes <= Int64(file.count) else { fail("found \(whole)") }
    let known = Array(file[..<Int(progress.bytes)])
    if ExporterPath.scan(known, format, .whole) != ExporterPath.Found(progress: progress, end: .end) {
      fail("the known rows are not those that are found")
    }
    if progress.bytes == 0 { return }
    let rows = PlainCSV.rows(
      known[format.header.count...], lineEnd: format.lineEnd == .crlf ? [0x0D, 0x0A] : [0x0A])
    if rows.count != Int(progress.rows) || rows.contains(where: { $0 != Column.allCases.count }) {
      fail("a plain reading finds rows of \(rows) fields, not \(progress.rows) rows")
    }
  }
}

/// CSV read in the plainest way.
enum PlainCSV {
  /// How many fields each row has.
  static func rows(_ text: ArraySlice<UInt8>, lineEnd: [UInt8]) -> [Int] {
    var rows: [Int] = []
    var fields = 1
    var inQuotes = false
    var begin = text.startIndex
    for (index, byte) in zip(text.indices, text) {
      if byte == UInt8(ascii: "\"") { inQuotes.toggle() }
      if inQuotes { continue }
      if byte == UInt8(ascii: ",") { fields += 1 }
      if byte == 0x0A, text[begin...index].suffix(lineEnd.count).elementsEqual(lineEnd) {
        rows.append(fields)
        fields = 1
        begin = index + 1
      }
    }
    return begin == text.endIndex ? rows : rows + [0]
  }
}
