import Bytes
import Customers
import Testing

/// PostgreSQL's rule, said slowly: what `append(csvField:)` must agree with.
private func reference(_ value: [UInt8]) -> [UInt8] {
  let special = Set("\",\r\n".utf8)
  guard value.isEmpty || value.contains(where: special.contains) else { return value }
  return [0x22] + value.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
}

private func encoded(_ value: [UInt8]) -> [UInt8] {
  var buffer = ByteBuffer(capacity: 16)
  value.withUnsafeBytes { buffer.append(csvField: $0) }
  return buffer.withBytes { Array($0) }
}

/// Lehmer's generator: the same texts in every run.
private struct Lehmer: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 32) | (state << 32)
  }
}

@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("", "\"\""), ("plain", "plain"), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""),
    ("say \"hi\"", "\"say \"\"hi\"\"\""),
    ("\n", "\"\n\""), ("\r", "\"\r\""), ("a\r\nb", "\"a\r\nb\""), ("\\.", "\\."),
    ("a\n\\.\nb", "\"a\n\\.\nb\""),
    (" lead", " lead"), ("trail ", "trail "), (" ", " "), ("\t", "\t"),
    ("a\u{1}\u{1F}\u{7F}", "a\u{1}\u{1F}\u{7F}"),
    ("\u{2028}", "\u{2028}"), ("𝄞🙂", "𝄞🙂"), ("Москва, ул. 1", "\"Москва, ул. 1\""), ("NULL", "NULL"),
    ("\"\"", "\"\"\"\"\"\""), ("12345678,", "\"12345678,\""), ("1234567,", "\"1234567,\""),
  ])
  func quotesAsPostgreSQLDoes(value: String, expected: String) {
    #expect(String(decoding: encoded(Array(value.utf8)), as: UTF8.self) == expected)
  }

  /// Every byte at every place of every short length: no word of the scan may miss one or see one too many.
  @Test func everyByteAtEveryPlace() {
    for length in 1...25 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var value = [UInt8](repeating: UInt8(ascii: "x"), count: length)
          value[place] = byte
          guard encoded(value) == reference(value) else {
            Issue.record("byte \(byte) at \(place) of \(length)")
            return
          }
        }
      }
    }
  }

  @Test func manyBytesAtOnce() {
    var generator = Lehmer(state: 1)
    let alphabet = Array("ab \"\",\r\n\u{0B}\u{0E}!#+-".utf8) + [0x80, 0xAC, 0xA2, 0x8A, 0x8D, 0x00, 0xFF]
    for _ in 0..<20_000 {
      let value = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator)!
      }
      #expect(encoded(value) == reference(value))
    }
  }

  @Test func aLongText() {
    let value = Array(String(repeating: "\"long, text\" ", count: 1000).utf8)
    #expect(encoded(value) == reference(value))
  }

  @Test func headerIsTheNamesInTableOrder() {
    #expect(
      csvHeader
        == "customer_id,first_name,last_name,date_of_birth,email,last_login_dt,last_login_ip,country_origin,"
        + "home_country,home_city,home_street,home_building_number,work_country,work_city,work_street,"
        + "work_building_number,mobile_phone,home_phone,work_phone\n")
  }
}
