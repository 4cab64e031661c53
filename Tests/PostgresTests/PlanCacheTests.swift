import Testing

@testable import Postgres

@Suite struct PlanCacheTests {
  private let statement = PreparedStatement("plan_cache_a", "SELECT 1")
  private let other = PreparedStatement("plan_cache_b", "SELECT 2")

  @Test func aStatementIsPreparedOnce() {
    var plans = PlanCache()
    #expect(plans.plan(of: statement) == nil)
    let plan = plans.prepare(statement)
    #expect(plans.plan(of: statement) == plan)
    #expect(plans.plan(of: other) == nil)
  }

  @Test func theFirstWhoFindsAPlanStaleMendsItForAll() {
    var plans = PlanCache()
    let stale = plans.prepare(statement)
    let untouched = plans.prepare(other)
    let wasFirst = plans.forget(statement, stale)
    #expect(wasFirst)
    let fresh = plans.prepare(statement)
    #expect(fresh != stale)
    let wasFirstAgain = plans.forget(statement, stale)
    #expect(!wasFirstAgain, "the answer of a query that was under way")
    #expect(plans.plan(of: statement) == fresh)
    #expect(plans.plan(of: other) == untouched)
  }

  @Test func whatIsForgottenStaysSo() {
    var plans = PlanCache()
    let plan = plans.prepare(statement)
    let answers = [plans.forget(statement, plan), plans.forget(statement, plan)]
    #expect(answers == [true, false])
    #expect(plans.plan(of: statement) == nil)
  }

  @Test func aRefusalHoldsForItsPlanAlone() {
    var plans = PlanCache()
    let reason = ServerMessage(result: nil)
    let refused = plans.prepare(statement)
    plans.refuse(statement, refused, reason)
    #expect(plans.plan(of: statement) == nil)
    #expect(plans.refusal(of: statement, refused) == reason)
    #expect(plans.refusal(of: other, refused) == nil)
    let fresh = plans.prepare(statement)
    #expect(plans.refusal(of: statement, fresh) == nil)
    plans.refuse(statement, refused, reason)
    #expect(plans.plan(of: statement) == fresh, "an old refusal does not take a new plan away")
  }
}
