import TestSupport
import Testing

@testable import HTTP

/// Well-formed requests, in one piece and in all others.
@Suite struct RequestStreamTests {
  @Test(arguments: Sample.all)
  func aSampleIsUnderstood(_ sample: Sample) throws {
    var stream = RequestStream()
    try stream.feed(sample.text.utf8)
    #expect(stream.requests == sample.requests)
    #expect(stream.leftOver == "")
    let isDone = stream.isBetweenRequests
    #expect(isDone)
  }

  @Test(arguments: Sample.all)
  func whereItIsCutDoesNotMatter(_ sample: Sample) throws {
    let bytes = Array(sample.text.utf8)
    for cut in 0...bytes.count {
      var stream = RequestStream()
      try stream.feed(bytes[..<cut])
      try stream.feed(bytes[cut...])
      #expect(stream.requests == sample.requests, "cut at \(cut)")
    }
  }

  @Test(arguments: Sample.all)
  func byteByByteIsFine(_ sample: Sample) throws {
    var stream = RequestStream()
    for byte in sample.text.utf8 { try stream.feed([byte]) }
    #expect(stream.requests == sample.requests)
  }

  /// No request is complete before its last byte, so nothing is answered that was not said in full.
  @Test(arguments: Sample.all)
  func nothingIsCompleteBeforeItsLastByte(_ sample: Sample) throws {
    let bytes = Array(sample.text.utf8)
    var stream = RequestStream()
    try stream.feed(bytes.dropLast())
    #expect(stream.requests == Array(sample.requests.dropLast()))
  }

  @Test(arguments: 0..<50)
  func pipelinesInOddCutsAreUnderstood(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    var expected: [ReadRequest] = []
    for _ in 0..<20 {
      guard let sample = Sample.all.randomElement(using: &random) else { continue }
      text += Array(sample.text.utf8)
      expected += sample.requests
    }
    var stream = RequestStream()
    var rest = text[...]
    while !rest.isEmpty {
      let length = min(rest.count, Int.random(in: 1...60, using: &random))
      try stream.feed(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    #expect(stream.requests == expected)
    let isDone = stream.isBetweenRequests
    #expect(isDone)
  }

  /// Bytes that are changed at random are refused or read, but never trap, and never leave the input.
  @Test(arguments: 0..<200)
  func changedBytesDoNoHarm(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for sample in Sample.all {
      var bytes = Array(sample.text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(Hostile.bytes.randomElement(using: &random) ?? 0, at: position)
        default: if bytes.count > 1 { bytes.remove(at: position) }
        }
      }
      let whole = RequestStream.refusal(bytes)
      var stream = RequestStream()
      var piecewise: HeadError?
      do throws(HeadError) {
        for byte in bytes { try stream.feed([byte]) }
      } catch {
        piecewise = error
      }
      #expect(whole == piecewise, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }
}

/// Bytes that mean something to HTTP.
enum Hostile {
  static let bytes: [UInt8] = Array("\r\n :;,\0\t/?#%*\u{7F}".utf8) + [0x80, 0xFF]
}
