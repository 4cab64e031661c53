import Customers
import OpenAPI

/// A customer in JSON, as the document describes it: made from the columns.
enum CustomerShape {
  static let shape = Shape.object(Column.allCases.map { Member("\($0.name)", shape(of: $0)) })
    .named("Customer")

  private static func shape(of column: Column) -> Shape {
    switch column.kind {
    // The only one is the key, which is never null.
    case .integer: .integer(1...Int64.max)
    case .text(let limit): .text(0...limit).orNull
    case .date: .date.orNull
    case .timestamp:
      .text(pattern: #"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$"#).orNull
        .described("In UTC: `YYYY-MM-DD HH:MM:SS.mmm`.")
    }
  }

  static let example: JSONLiteral = [
    "customer_id": 5, "first_name": "Ana", "last_name": "Kovač", "date_of_birth": "1984-02-29",
    "email": "ana.kovac.5@example.org", "last_login_dt": "2024-05-06 07:08:09.123",
    "last_login_ip": "203.0.113.7", "country_origin": "Croatia", "home_country": "Croatia",
    "home_city": "Split", "home_street": "Ulica kralja Tomislava", "home_building_number": "12a",
    "work_country": "Croatia", "work_city": "Zagreb", "work_street": "Ilica", "work_building_number": "7",
    "mobile_phone": "+385911234567", "home_phone": nil, "work_phone": "+38516543210",
  ]
}
