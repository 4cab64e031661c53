import Bytes

@testable import JSON

/// The body of a request. ``JSONObject`` takes exactly what a plain reading takes, as the same value; written out with
/// our own writer it reads the same; and no beginning of it is taken for the whole.
enum JSONTarget {
  static func check(_ input: UnsafeRawBufferPointer) {
    let before = Array(input)
    let members = try? JSONObject.parse(input)
    if !before.elementsEqual(input) { fail("the reader has changed its input") }
    let plain = PlainJSON.read(input)
    guard let members else {
      if let plain, case .object = plain.value, plain.depth <= JSONObject.maximumDepth {
        fail("refused, but a plain reading gives \(plain.value)")
      }
      return
    }
    let text = written(.object(members))
    // Bytes are compared, since Swift takes two spellings of one letter for the same text.
    if plain.map({ written($0.value) }) != text {
      fail("read as \(members), but plainly as \(String(describing: plain))")
    }
    let again = text.withUnsafeBytes { try? JSONObject.parse($0) }
    if again.map({ written(.object($0)) }) != text {
      fail("written out again it reads as \(String(describing: again))")
    }
    checkBeginnings(input)
  }

  private static func written(_ value: JSONValue) -> [UInt8] {
    var text = ByteBuffer()
    text.append(json: value)
    return text.withBytes { Array($0) }
  }

  private static func checkBeginnings(_ input: UnsafeRawBufferPointer) {
    guard let end = input.lastIndex(of: UInt8(ascii: "}")), end > 0 else { return }
    for length in Set([end, end / 2, 1]) {
      if (try? JSONObject.parse(UnsafeRawBufferPointer(rebasing: input[..<length]))) != nil {
        fail("its first \(length) bytes are taken for the whole")
      }
    }
  }
}

extension ByteBuffer {
  /// Adds a value in JSON, with strings as the server writes them.
  fileprivate mutating func append(json value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(text: "\(flag)")
    case .number(let text): append(text: text)
    case .string(let text): append(jsonString: text)
    case .array(let elements):
      append("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { append(" , ") }
        append(json: element)
      }
      append("]")
    case .object(let members):
      append("{")
      for (index, member) in members.enumerated() {
        if index > 0 { append("\n,") }
        append(jsonString: member.name)
        append(":\t")
        append(json: member.value)
      }
      append("}")
    }
  }
}
