import Testing

@testable import Exporter

@Suite struct RetryPolicyTests {
  let policy = RetryPolicy(firstDelay: 100, longestDelay: 1000, patience: 5000)

  @Test func waitsDoubleUpToTheLongest() {
    let delays = (1...6).map { policy.delay(attempt: $0, retryAfter: nil, silence: 0, dice: 0.999) }
    #expect(delays == [99, 199, 399, 799, 999, 999].map { Optional($0) })
    #expect(policy.delay(attempt: 1, retryAfter: nil, silence: 0, dice: 0) == 50)
    #expect(policy.delay(attempt: .max, retryAfter: nil, silence: 0, dice: 0) == 500)
  }

  @Test func theServersWishIsFollowed() {
    #expect(policy.delay(attempt: 1, retryAfter: 3000, silence: 0, dice: 0) == 3000)
    #expect(policy.delay(attempt: 1, retryAfter: 3000, silence: 0, dice: 0.5) == 3050)
    #expect(policy.delay(attempt: 5, retryAfter: 10, silence: 0, dice: 0) == 500)
    #expect(policy.delay(attempt: 1, retryAfter: 6000, silence: 0, dice: 0) == nil)
  }

  @Test func patienceEnds() {
    #expect(policy.delay(attempt: 9, retryAfter: nil, silence: 4500, dice: 0) == 500)
    #expect(policy.delay(attempt: 9, retryAfter: nil, silence: 4501, dice: 0) == nil)
  }

  @Test func retryAfterIsSeconds() {
    #expect(RetryPolicy.retryAfter("12") == 12_000)
    #expect(RetryPolicy.retryAfter("0") == 0)
    for text in [nil, "", "-1", "1.5", "99999999999999999999", "Fri, 31 Dec 1999 23:59:59 GMT"] {
      #expect(RetryPolicy.retryAfter(text) == nil)
    }
  }
}
