import HTTP
import OpenAPI

/// `GET /customers/watermark`: up to which id all customers are there.
struct WatermarkRoutes: Sendable {
  let observer: WatermarkObserver

  var routes: [Route] {
    [Route(.get, "/customers/watermark", operation: Self.operation, handler: watermark)]
  }

  @Sendable private func watermark(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let watermark = try await observer.look()
    response.json(headers: [Header("Cache-Control", "no-store")]) { watermark.write(to: &$0) }
  }

  private static let operation = Operation(
    "getWatermark", CustomerOperations.tag, "Up to which id all customers are there",
    description: """
      Ids are drawn before their transaction commits, so a customer with a lower id than one that is there can still \
      appear. At or below `settled` none can, unless its id is given (by an import, say).
      """,
    answers: [
      Answer(
        200, "What is settled",
        .json(
          .object([
            Member("settled", .integer(0...Int64.max)), Member("highest", .integer(0...Int64.max)),
            Member("transactions", .integer(0...Int64.max)), Member("loads", .integer(0...Int64.max)),
          ]), example: ["settled": 999, "highest": 1001, "transactions": 1, "loads": 0]),
        fields: [Answer.Field("Cache-Control", .text(), "It is true at this moment alone.")]),
      .problem(
        .conflict, "The sequence hands ids out in advance, so none is ever settled",
        detail:
          "the sequence of customer_id does not draw ids one by one and upwards, so none of them is ever settled"
      ),
    ])
}
