import Bytes

@testable import HTTP
@testable import RequestStreams

/// What a client sends on a connection: heads and bodies, one behind the other.
///
/// However it is cut, the same requests come out of it, or the same refusal. What is taken for a head satisfies
/// ``HeadRules``, and written out again it reads the same.
enum RequestsTarget {
  private struct Outcome: Equatable {
    var requests: [ReadRequest]
    var refusal: HeadError?
    /// Bytes of a request that is not complete; of no meaning behind a refusal.
    var leftOver: String?
  }

  static func check(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    // Limits that some inputs reach, and those that none does. Where a request is too long in more than one way, the
    // cut decides which of them is seen first.
    for (limits, isTight) in [(tightLimits, true), (HeadLimits(), false)] {
      let whole = outcome(bytes, .whole, limits, isTight)
      for cuts in Cuts.allCases where outcome(bytes, cuts, limits, isTight) != whole {
        fail(
          "\(cuts) gives another outcome than the whole: \(outcome(bytes, cuts, limits, isTight)), \(whole)")
      }
    }
    checkFirstHead(input)
  }

  private static var tightLimits: HeadLimits {
    var limits = HeadLimits()
    limits.requestLine = 40
    limits.head = 120
    limits.fields = 4
    return limits
  }

  private static func outcome(_ bytes: [UInt8], _ cuts: Cuts, _ limits: HeadLimits, _ isTight: Bool)
    -> Outcome
  {
    var stream = RequestStream()
    stream.limits = limits
    stream.bodyLimit = isTight ? 20 : 1 << 20
    var refusal: HeadError?
    do throws(HeadError) {
      for piece in cuts.pieces(of: bytes) { try stream.feed(piece) }
    } catch {
      refusal = isTight ? .malformed("") : error
    }
    let leftOver = refusal == nil ? stream.leftOver : nil
    return Outcome(requests: stream.requests, refusal: refusal, leftOver: leftOver)
  }

  private static func checkFirstHead(_ input: UnsafeRawBufferPointer) {
    var scanner = HeadScanner()
    guard case .complete(let length) = try? scanner.scan(input, HeadLimits()) else { return }
    guard length <= input.count else { fail("the head ends behind what has arrived") }
    let bytes = UnsafeRawBufferPointer(rebasing: input[..<length])
    var head = RequestHead()
    guard (try? HeadParser.parse(bytes, HeadLimits(), into: &head)) != nil else { return }
    let rules = HeadRules(bytes: bytes, head: head)
    rules.check()
    rules.written.withUnsafeBytes { written in
      var again = RequestHead()
      do throws(HeadError) {
        try HeadParser.parse(written, HeadLimits(), into: &again)
      } catch {
        fail("what was read and written out again is refused: \(error)")
      }
      let second = HeadRules(bytes: written, head: again)
      if second.meaning != rules.meaning {
        fail("written out again it means something else: \(second.meaning)")
      }
    }
  }
}
