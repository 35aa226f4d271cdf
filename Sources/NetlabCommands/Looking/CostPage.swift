import Cost
import FoundationEssentials

/// A bill as `netlab cost` shows it.
struct CostPage: Encodable {
    /// Where the billed data comes from.
    enum DataSource: String, Encodable {
        case measured, assumed, none

        var sentence: String {
            switch self {
            case .measured: "data: measured by the lab's own interfaces since it came up"
            case .assumed: "data: as given with --gb"
            case .none: "data: none counted (--gb says how much; of a lab that is up it is measured)"
            }
        }
    }

    struct Line: Encodable {
        let what: String
        let quantity: Decimal
        let unit: String
        let price: Decimal
        let amount: Decimal
        let source: String
    }

    /// Claim C33, answered.
    struct Claim: Encodable {
        struct Row: Encodable {
            let tasks: Int
            let publicAddresses: Decimal
            let natGateway: Decimal
        }

        let claim: String
        let says: String
        let holds: Bool
        /// Tasks in one zone at which a NAT gateway costs no more than an address each, when no data moves.
        let breakEvenTasks: Int?
        let rows: [Row]
    }

    let lab: String
    let hours: Decimal
    let currency: String
    let region: String
    let pricesRead: String
    let data: DataSource
    let lines: [Line]
    let total: Decimal
    let claim: Claim

    init(lab: String, bill: Bill, data: DataSource, comparison: EgressComparison, prices: PriceTable) {
        self.lab = lab
        hours = bill.hours
        currency = bill.currency
        region = prices.region
        pricesRead = prices.read
        self.data = data
        lines = bill.lines.map {
            Line(
                what: $0.what, quantity: $0.quantity, unit: prices.prices[$0.item]?.unit ?? "", price: $0.price,
                amount: $0.amount, source: prices.prices[$0.item]?.source ?? "")
        }
        total = bill.total
        claim = Claim(
            claim: "C33", says: "a small workload may be cheaper in private subnets behind a NAT gateway",
            holds: comparison.isNATGatewayCheaperForOneTask, breakEvenTasks: comparison.breakEven(),
            rows: [1, 5, 10, 20, 50].map {
                Claim.Row(
                    tasks: $0, publicAddresses: comparison.publicAddresses(tasks: $0),
                    natGateway: comparison.natGateway(gigabytes: 0))
            })
    }

    var text: String {
        var table = TextTable(["item", "quantity", "price", "amount"])
        for line in lines {
            table.add([
                line.what, "\(line.quantity.shown(4)) \(line.unit.prefix { $0 != "," && $0 != " " })",
                "\(line.price) \(currency)", line.amount.shown(2),
            ])
        }
        table.add(["total", "", "", "\(total.shown(2)) \(currency)"])
        return """
            \(lab): \(hours) hours at the list prices of \(region), read \(pricesRead)
            \(data.sentence)

            \(table.text)

            \(verdict)
            """
    }

    private var verdict: String {
        var table = TextTable(["tasks in a zone", "a public address each", "one NAT gateway"])
        for row in claim.rows {
            table.add(["\(row.tasks)", row.publicAddresses.shown(2), row.natGateway.shown(2)])
        }
        let point =
            claim.breakEvenTasks.map { "from \($0) tasks in a zone on, and only while no data moves" } ?? "never"
        return """
            \(claim.claim) "\(claim.says)": \(claim.holds ? "holds" : "refuted at list prices")
            A NAT gateway costs no more than public addresses \(point).

            \(table.text)
            """
    }
}

extension Decimal {
    /// Rounded to so many places, with all of them written when there are two: an amount of money.
    func shown(_ places: Int) -> String {
        var scale = Decimal(1)
        for _ in 0..<places { scale *= 10 }
        let value = Int64((Double("\(self * scale)") ?? 0).rounded())
        let unit = Int64("\(scale)") ?? 1
        var fraction = "\(value % unit)"
        fraction = String(repeating: "0", count: places - fraction.count) + fraction
        if places > 2 { while fraction.last == "0" { fraction.removeLast() } }
        return fraction.isEmpty ? "\(value / unit)" : "\(value / unit).\(fraction)"
    }
}
