@testable import HTTP

/// What holds for every head that is not refused, looked at in the plainest way.
struct HeadRules {
  let bytes: UnsafeRawBufferPointer
  let head: RequestHead

  private var fields: [(name: String, value: String)] {
    head.fields.map { (text($0.name), text($0.value)) }
  }

  /// Each byte as one character, so that nothing is repaired.
  private func text(_ span: Span) -> String {
    guard span.start >= 0, span.count >= 0, span.start + span.count <= bytes.count else {
      fail("a part of the head lies outside of it")
    }
    return String(String.UnicodeScalarView(span.of(bytes).map { Unicode.Scalar($0) }))
  }

  func check() {
    checkBytes()
    let path = text(head.path)
    let query = text(head.query)
    if !(path.hasPrefix("/") || path == "*" && head.method == .options) { fail("the path is \(path)") }
    if path.contains("?") || (path + query).contains(where: { $0 <= " " || $0 > "~" || $0 == "#" }) {
      fail("the target is \(path) and \(query)")
    }
    for (name, value) in fields {
      if name.isEmpty || name.contains(where: { $0 <= " " || $0 > "~" || ":(),/\"<>@[]{}\\?=;".contains($0) })
      {
        fail("a field is called \(name)")
      }
      if value.hasPrefix(" ") || value.hasSuffix(" ") || value.hasPrefix("\t") || value.hasSuffix("\t") {
        fail("a value has blanks around it")
      }
    }
    checkFraming()
  }

  /// No line can end where another server sees none, or go on where another sees an end.
  private func checkBytes() {
    for (index, byte) in bytes.enumerated() {
      let before = index > 0 ? bytes[index - 1] : 0
      let after = index + 1 < bytes.count ? bytes[index + 1] : 0
      if byte == 0x0A, before != 0x0D { fail("an LF stands alone") }
      if byte == 0x0D, after != 0x0A { fail("a CR stands alone") }
      if byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 || byte == 0x7F {
        fail("there is a control character")
      }
    }
  }

  private func checkFraming() {
    func values(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name }.map(\.value) }
    let hosts = values("host")
    if hosts.count > 1 || hosts.isEmpty && !head.isHTTP10 { fail("there are \(hosts.count) hosts") }
    if hosts.contains(where: { $0.contains(where: { " ,/@?#\t".contains($0) }) }) {
      fail("the host is \(hosts)")
    }
    let lengths = values("content-length")
    let codings = values("transfer-encoding")
    if lengths.count + codings.count > 1 { fail("the body's length is given more than once") }
    switch head.body {
    case .none: if lengths.count + codings.count > 0 { fail("a body is overlooked") }
    case .length(let length):
      if lengths.first?.allSatisfy({ "0123456789".contains($0) }) != true || Int(lengths[0]) != length {
        fail("the length \(length) is read from \(lengths)")
      }
    case .chunked:
      if codings.first?.lowercased() != "chunked" || head.isHTTP10 { fail("chunked is read from \(codings)") }
    }
  }

  // MARK: Once more

  /// The head in the one way in which we would write it.
  var written: [UInt8] {
    let start = bytes.first == 0x0D ? 2 : 0
    let method = text(Span(start: start, count: bytes.dropFirst(start).prefix { $0 != 0x20 }.count))
    let query = text(head.query)
    var lines = [
      "\(method) \(text(head.path))\(query.isEmpty ? "" : "?\(query)") HTTP/1.\(head.isHTTP10 ? 0 : 1)"
    ]
    for (name, value) in fields { lines.append("\(name): \(value)") }
    return lines.flatMap { $0.latin1 + [0x0D, 0x0A] } + [0x0D, 0x0A]
  }

  /// All that a head says.
  var meaning: [String] {
    [
      "\(head.method)", text(head.path), text(head.query), "\(head.isHTTP10)", "\(head.keepsAlive)",
      "\(head.body)",
      "\(head.expectsContinue)",
    ] + fields.map { "\($0.name):\($0.value)" }
  }
}

extension String {
  fileprivate var latin1: [UInt8] { unicodeScalars.map { UInt8($0.value) } }
}
