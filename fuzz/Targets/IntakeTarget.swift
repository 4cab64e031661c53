import Bytes
import Customers
import Intake

/// A file to import. However it is cut, the same rows, faults and end come out; a row that is taken says the same when it
/// is written as CSV and read again; and rows begin where a plain reading of CSV finds them.
enum IntakeTarget {
  static func check(_ input: UnsafeRawBufferPointer) {
    for format in Intake.Format.allCases {
      // As it is, and behind a header, which chance seldom finds.
      check(Array(input), format)
      if format == .csv { check(Array(csvHeader.utf8) + Array(input), format) }
    }
  }

  private static func check(_ file: [UInt8], _ format: Intake.Format) {
    let whole = Found(file, format, .whole)
    for cuts in Cuts.allCases where Found(file, format, cuts) != whole {
      fail("\(cuts) finds something else than the whole")
    }
    let again = Found(Array(csvHeader.utf8) + whole.rows.joined(), .csv, .whole)
    if again.rows != whole.rows || !again.faults.isEmpty || again.failure != nil {
      fail("rows that were taken are others when they are read again: \(again.faults)")
    }
    if format == .csv { checkLines(file, whole) }
  }

  private static func checkLines(_ file: [UInt8], _ found: Found) {
    // A file of another encoding is told by its first bytes, and one with a row that is too long has no end.
    if file.starts(with: [0xFF, 0xFE]) || file.starts(with: [0xFE, 0xFF]) { return }
    let plain = PlainRecords.lines(file)
    guard let failure = found.failure else {
      guard found.lines == Array(plain.lines.dropFirst()), plain.isClosed else {
        fail("rows begin on \(found.lines), behind a header on lines \(plain.lines)")
      }
      return
    }
    let isPrefix = plain.lines.dropFirst().starts(with: found.lines)
    if !found.lines.isEmpty, !isPrefix || (plain.isClosed && failure.fault.line <= file.count) {
      fail("rows begin on \(found.lines), then \(failure), where a plain reading finds \(plain)")
    }
  }

  /// What comes out of a file: rows as CSV, faults, what ends it.
  private struct Found: Equatable {
    var rows: [[UInt8]] = []
    var lines: [Int] = []
    var faults: [RowFault] = []
    var failure: IntakeFailure?

    init(_ file: [UInt8], _ format: Intake.Format, _ cuts: Cuts) {
      var intake = Intake(format)
      do throws(IntakeFailure) {
        for piece in cuts.pieces(of: file) {
          piece.withUnsafeBytes { intake.take($0) }
          try step(&intake)
        }
        intake.finish()
        try step(&intake)
      } catch {
        failure = error
      }
    }

    private mutating func step(_ intake: inout Intake) throws(IntakeFailure) {
      while true {
        switch try intake.next() {
        case .row(let line):
          var row = ByteBuffer()
          row.append(csvRow: intake.row)
          rows.append(row.withBytes { Array($0) })
          lines.append(line)
        case .fault(let fault):
          faults.append(fault)
          lines.append(fault.line)
        case .more, .end: return
        }
      }
    }
  }
}

/// Records of CSV found in the plainest way.
enum PlainRecords {
  /// The lines on which records begin that are not empty, and whether the last one's quotes are closed.
  static func lines(_ file: [UInt8]) -> (lines: [Int], isClosed: Bool) {
    var text = file[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    var lines: [Int] = []
    var line = 1
    while !text.isEmpty {
      let first = line
      var record: [UInt8] = []
      var inQuotes = false
      var atFieldStart = true
      while let byte = text.popFirst() {
        if byte == 0x0A { line += 1 }
        if inQuotes {
          if byte == 0x22, text.first == 0x22 { text.removeFirst() } else if byte == 0x22 { inQuotes = false }
        } else if byte == 0x0A {
          break
        } else if byte == 0x22, atFieldStart {
          inQuotes = true
        }
        atFieldStart = !inQuotes && byte == 0x2C
        record.append(byte)
      }
      if record != [], record != [0x0D] { lines.append(first) }
      if inQuotes { return (lines, false) }
    }
    return (lines, true)
  }
}
