import Testing

@testable import Server

/// The course of an import, read like a transcript.
@Suite struct ImportCourseTests {
  private static let silent = ImportFailure(.silentSource, "silence")
  private static let refused = ImportFailure(.refused, "no")

  private func play(
    _ course: inout ImportCourse, _ lines: [(ImportCourse.Event, ImportCourse.Action)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (index, (event, action)) in lines.enumerated() {
      #expect(course.take(event) == action, "line \(index + 1)", sourceLocation: sourceLocation)
    }
  }

  @Test func aCourseWithoutTrouble() {
    var course = ImportCourse(repeats: 2, pause: 30_000)
    play(
      &course,
      [
        (.begin, .attempt(1)), (.merged(ImportCounts(10, 7, 1, 2)), .proceed),
        (.merged(ImportCounts(5, 0, 0, 1)), .proceed),
        (.ended, .finish(.finished(ImportCounts(15, 7, 1, 3)))),
      ])
    #expect(course.counts.unchanged == 4)
  }

  @Test func afterTheLastAttemptItFails() {
    var course = ImportCourse(repeats: 2, pause: 30_000)
    play(
      &course,
      [
        (.begin, .attempt(1)), (.failed(Self.silent), .pause(30_000)), (.pauseOver, .attempt(2)),
        (.failed(Self.silent), .pause(30_000)), (.pauseOver, .attempt(3)),
        (.failed(Self.silent), .finish(.failed(Self.silent, ImportCounts()))),
      ])
  }

  @Test func withoutRepeatsThereIsOneAttempt() {
    var course = ImportCourse(repeats: 0, pause: 1)
    play(
      &course, [(.begin, .attempt(1)), (.failed(Self.silent), .finish(.failed(Self.silent, ImportCounts())))])
  }

  @Test func whatWillNotPassIsNotTriedAgain() {
    var course = ImportCourse(repeats: 5, pause: 1)
    play(
      &course,
      [(.begin, .attempt(1)), (.failed(Self.refused), .finish(.failed(Self.refused, ImportCounts())))])
  }

  /// The second attempt finds what the first one has written.
  @Test func countsOfSeveralAttemptsAddUp() {
    var course = ImportCourse(repeats: 1, pause: 1)
    play(
      &course,
      [
        (.begin, .attempt(1)), (.merged(ImportCounts(100, 60, 10, 5)), .proceed),
        (.failed(Self.silent), .pause(1)),
        (.pauseOver, .attempt(2)), (.merged(ImportCounts(100, 0, 0, 5)), .proceed),
      ])
    #expect(course.counts == ImportCounts(100, 60, 10, 5) && course.counts.unchanged == 25)
    play(
      &course,
      [
        (.merged(ImportCounts(50, 50, 0, 0)), .proceed),
        (.ended, .finish(.finished(ImportCounts(150, 110, 10, 5)))),
      ])
    #expect(course.counts.unchanged == 25)
  }

  /// Between two attempts the counts are what is in the database, and never less than nothing.
  @Test func countsAreWholeAtEveryMoment() {
    var course = ImportCourse(repeats: 1, pause: 1)
    play(
      &course,
      [
        (.begin, .attempt(1)), (.merged(ImportCounts(100, 60, 10, 5)), .proceed),
        (.failed(Self.silent), .pause(1)),
        (.pauseOver, .attempt(2)),
      ])
    #expect(course.counts == ImportCounts(70, 60, 10, 0) && course.counts.unchanged == 0)
  }

  @Test(arguments: [0, 1, 2, 3, 4])
  func aStopEndsItWhereverItIs(place: Int) {
    var course = ImportCourse(repeats: 3, pause: 1)
    let events: [ImportCourse.Event] = [
      .begin, .merged(ImportCounts(3, 1, 1, 1)), .failed(Self.silent), .pauseOver,
    ]
    for event in events.prefix(place) { _ = course.take(event) }
    let outcome = ImportOutcome.stopped(course.counts)
    #expect(course.take(.stop) == .finish(outcome))
    // What comes later is too late.
    for event in events + [.ended, .stop] { #expect(course.take(event) == .finish(outcome)) }
  }

  @Test func whatComesOutOfTurnIsIgnored() {
    var course = ImportCourse(repeats: 1, pause: 7)
    play(
      &course,
      [
        (.pauseOver, .proceed), (.ended, .proceed), (.failed(Self.silent), .proceed), (.begin, .attempt(1)),
        (.begin, .proceed), (.pauseOver, .proceed), (.failed(Self.silent), .pause(7)),
        (.failed(Self.silent), .proceed), (.ended, .proceed), (.merged(ImportCounts(1, 1, 0, 0)), .proceed),
        (.pauseOver, .attempt(2)), (.ended, .finish(.finished(ImportCounts()))),
      ])
  }
}
