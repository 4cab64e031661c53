import Bytes
import JSON

@testable import HTTP
@testable import Server

/// The arguments of `/customers`, as a query or form and as JSON. Pairs are those of a plain reading, and encoded anew
/// they come out again. What is accepted is within its bounds, is what a plain reading accepts, and says the same when
/// it is written in the plainest way.
enum ArgumentsTarget {
  static func check(_ input: UnsafeRawBufferPointer) {
    checkPairs(input)
    var query = GivenArguments()
    if (try? query.add(encodedPairs: input, from: "the query string")) != nil { check(query) }
    guard let members = try? JSONObject.parse(input) else { return }
    var body = GivenArguments()
    for member in members { body.add(member.name, GivenValue(member.value)) }
    check(body)
  }

  private static func check(_ given: GivenArguments) {
    let arguments = try? PageArguments(given)
    let previousID = plainInteger(given, "previous_id", in: Int64.min...Int64.max)
    let records = plainInteger(given, "records", in: 1...1000)
    let hasRecords = given.values.contains { $0.name == "records" }
    let isFine = previousID != nil && (records != nil || !hasRecords)
    guard let arguments else {
      if isFine {
        fail("refused, but plainly it is \(String(describing: previousID)), \(String(describing: records))")
      }
      return
    }
    if !isFine || arguments.previousID != previousID || Int64(arguments.records) != records ?? 100 {
      fail("read as \(arguments)")
    }
    var written = ByteBuffer()
    written.append(text: "previous_id=\(arguments.previousID)&records=\(arguments.records)")
    var again = GivenArguments()
    guard (try? written.withBytes({ try again.add(encodedPairs: $0, from: "") })) != nil,
      (try? PageArguments(again)) == arguments
    else { fail("written out again it is something else") }
  }

  /// The integer that all values of a name agree on, in digits alone.
  private static func plainInteger(_ given: GivenArguments, _ name: String, in range: ClosedRange<Int64>)
    -> Int64?
  {
    var texts: [String] = []
    for (other, value) in given.values where other == name {
      switch value {
      case .text(let text), .number(let text): texts.append(text)
      case .other: return nil
      }
    }
    guard let first = texts.first, texts.allSatisfy({ $0 == first }),
      first.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }), let integer = Int64(first)
    else { return nil }
    return range.contains(integer) ? integer : nil
  }

  private static func checkPairs(_ input: UnsafeRawBufferPointer) {
    let pairs = PercentEncoding.pairs(input)
    let plain = plainPairs(Array(input))
    guard let pairs, let plain else {
      if (pairs == nil) != (plain == nil) {
        fail("pairs: \(pairs != nil), in a plain reading: \(plain != nil)")
      }
      return
    }
    if !pairs.elementsEqual(plain, by: isSame) { fail("the pairs are \(pairs), not \(plain)") }
    let encoded = pairs.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&&")
    let again = Array(encoded.utf8).withUnsafeBytes { PercentEncoding.pairs($0) } ?? []
    if !again.elementsEqual(pairs, by: isSame) { fail("encoded anew they are \(again), not \(pairs)") }
  }

  /// Byte for byte: Swift takes two spellings of one letter for the same text.
  private static func isSame(_ one: (name: String, value: String), _ other: (name: String, value: String))
    -> Bool
  {
    one.name.utf8.elementsEqual(other.name.utf8) && one.value.utf8.elementsEqual(other.value.utf8)
  }

  private static func plainPairs(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in bytes.split(separator: UInt8(ascii: "&")) {
      let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(Array(halves[0])), let value = decode(halves.count > 1 ? Array(halves[1]) : [])
      else {
        return nil
      }
      pairs.append((name, value))
    }
    return pairs
  }

  private static func decode(_ bytes: [UInt8]) -> String? {
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "%"):
        let digits = bytes[(index + 1)...].prefix(2).compactMap {
          Character(Unicode.Scalar($0)).hexDigitValue
        }
        guard digits.count == 2 else { return nil }
        decoded.append(UInt8(digits[0] * 16 + digits[1]))
        index += 2
      case UInt8(ascii: "+"): decoded.append(0x20)
      case let byte: decoded.append(byte)
      }
      index += 1
    }
    return decoded.contains(0) ? nil : String(validating: decoded, as: UTF8.self)
  }

  private static func encode(_ text: String) -> String {
    text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16, uppercase: true) }.joined()
  }
}
