import Bytes
import Foundation
import Testing

@Suite struct JSONStringTests {
  private func written(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer(capacity: 16)
    // Room of exactly this many bytes: the address sanitizer sees a read beyond them.
    let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { exact.deallocate() }
    exact.copyBytes(from: bytes)
    buffer.append(jsonString: UnsafeRawBufferPointer(exact))
    return buffer.withBytes { Array($0) }
  }

  /// What RFC 8259 asks for, byte by byte.
  private func expected(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = [0x22]
    for byte in bytes {
      switch byte {
      case 0x22: text += Array("\\\"".utf8)
      case 0x5C: text += Array("\\\\".utf8)
      case 0x08: text += Array("\\b".utf8)
      case 0x09: text += Array("\\t".utf8)
      case 0x0A: text += Array("\\n".utf8)
      case 0x0C: text += Array("\\f".utf8)
      case 0x0D: text += Array("\\r".utf8)
      case 0..<0x20: text += Array(String(format: "\\u%04x", byte).utf8)
      default: text.append(byte)
      }
    }
    return text + [0x22]
  }

  /// Every byte at every place of texts around each length that the scan takes at once, among bytes on both sides of
  /// each boundary that it looks at.
  @Test(arguments: [0x61, 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0x9F, 0xFF] as [UInt8])
  func everyByteAtEveryPlace(around: UInt8) {
    for length in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40] {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var bytes = [UInt8](repeating: around, count: length)
          bytes[place] = byte
          let text = written(bytes)
          if text != expected(bytes) {
            Issue.record("\(bytes) became \(text)")
            return
          }
        }
      }
    }
  }

  @Test func randomTextsOfManySpecials() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...70, using: &generator)).map { _ in
        UInt8.random(in: 0...(Bool.random(using: &generator) ? 255 : 0x23), using: &generator)
      }
      #expect(written(bytes) == expected(bytes), "\(bytes)")
    }
  }

  @Test func theWorstCaseFits() throws {
    let bytes = [UInt8](repeating: 1, count: 10_000)
    #expect(written(bytes).count == 60_002)
    #expect(written([]) == [0x22, 0x22])
  }

  @Test func foundationReadsItBack() throws {
    let text = "tab\t quote\" back\\slash \u{1} \u{7F} \u{2028} é 漢字 😀 line\nend\r"
    var buffer = ByteBuffer()
    buffer.append(jsonString: text)
    #expect(try JSONDecoder().decode(String.self, from: Data(buffer.text().utf8)) == text)
    #expect(buffer.text().contains("é 漢字 😀"))
  }
}
