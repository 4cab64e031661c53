import Testing

@testable import APIClient

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
    #expect(RetryPolicy.retryAfter("12", date: nil, now: 0) == 12_000)
    #expect(RetryPolicy.retryAfter("0", date: nil, now: 0) == 0)
    for text in [nil, "", "-1", "+1", "1.5", " 1", "99999999999999999999", "31536001", "soon"] {
      #expect(RetryPolicy.retryAfter(text, date: nil, now: 0) == nil)
    }
  }

  @Test func retryAfterIsADateByTheServersClock() {
    let moment = "Sun, 06 Nov 1994 08:50:07 GMT"
    #expect(RetryPolicy.retryAfter(moment, date: "Sun, 06 Nov 1994 08:49:37 GMT", now: 0) == 30_000)
    #expect(RetryPolicy.retryAfter(moment, date: nil, now: 784_111_777) == 30_000)
    #expect(RetryPolicy.retryAfter(moment, date: "yesterday", now: 784_111_777) == 30_000)
    #expect(RetryPolicy.retryAfter(moment, date: nil, now: 900_000_000) == 0, "it is past")
    #expect(RetryPolicy.retryAfter(moment, date: nil, now: 0) == nil, "nobody waits for years")
  }
}

@Suite struct HTTPDateTests {
  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    "sun, 06 nov 1994 08:49:37 gmt",
  ])
  func allThreeForms(_ text: String) { #expect(HTTPDate.seconds(text) == 784_111_777) }

  @Test func ends() {
    #expect(HTTPDate.seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(HTTPDate.seconds("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800)
    #expect(HTTPDate.seconds("Thursday, 01-Jan-26 00:00:00 GMT") == 1_767_225_600)
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 994 08:49:37 GMT",
    "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:+7 GMT", "Sun, 06 Nov 1994 08:49:37:1 GMT",
    "Sun, ٠6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
  ])
  func whatIsNoDate(_ text: String) { #expect(HTTPDate.seconds(text) == nil) }
}
