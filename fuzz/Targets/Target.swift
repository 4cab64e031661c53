import Glibc

/// What libFuzzer, whose own `main` this program has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func checkInput(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
  Target.chosen.check(UnsafeRawBufferPointer(start: bytes, count: length))
  return 0
}

/// One of the targets, all of which are in one program: a build and a link for all of them.
enum Target: String, CaseIterable {
  case requests, chunked, arguments, json, pages, rows, csv, intake

  /// The one that `ROSTER_FUZZ_TARGET` names. Not an argument: libFuzzer starts the program again, with those that it
  /// knows, to merge a corpus.
  static let chosen: Target = {
    let name = getenv("ROSTER_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = Target(rawValue: name) else {
      fail("ROSTER_FUZZ_TARGET names none of \(allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
  }()

  func check(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .requests: RequestsTarget.check(bytes)
    case .chunked: ChunkedTarget.check(bytes)
    case .arguments: ArgumentsTarget.check(bytes)
    case .json: JSONTarget.check(bytes)
    case .pages: PagesTarget.check(bytes)
    case .rows: RowsTarget.check(bytes)
    case .csv: CSVTarget.check(bytes)
    case .intake: IntakeTarget.check(bytes)
    }
  }
}

/// Ends the run and says what does not hold; libFuzzer keeps the input that led here.
func fail(_ what: String) -> Never {
  Array("fuzz: \(what)\n".utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  abort()
}
