import ArgumentParser
import Checks
import CloudModel
import Cost
import FoundationEssentials
import LabPlan
import LabRunner
import RouteNetlink

/// `netlab cost`.
struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Show what a lab would cost on AWS at list prices, and whether a NAT gateway pays.",
        discussion: """
            Of a lab that is up, the data is what its own interfaces have carried since `up`; of a lab file, or with
            --gb, it is what you say.

            EXAMPLES
              netlab cost private-nat                      # one month
              netlab cost private-nat --hours 24 --gb 500  # a day in which 500 GB pass each NAT gateway
            """)

    @Argument(help: "A running lab, a lab's name or a lab file.", completion: .anyLab) var lab: String
    @Option(help: "How long everything stands, in hours; a month has 730.") var hours: Int = 730
    @Option(name: .customLong("gb"), help: "GB through each NAT gateway in that time (1 GB = 10⁹ bytes).")
    var gigabytes: Double?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if hours < 0 || hours > 1_000_000 { throw ValidationError("--hours goes from 0 to 1000000") }
        if let gigabytes, gigabytes < 0 || !gigabytes.isFinite { throw ValidationError("--gb is 0 or more") }
    }

    func run() throws {
        let prices = try PriceTable.usEast1()
        let (lab, traffic, data) = try measured()
        let bill = Bill(lab, hours: Decimal(hours), traffic: traffic, prices: prices)
        let comparison = EgressComparison(hours: Decimal(hours), prices: prices)
        let page = CostPage(lab: lab.name, bill: bill, data: data, comparison: comparison, prices: prices)
        if json { try Output.json(page) } else { Output.say(page.text) }
    }

    /// The lab, the data that is billed, and where that figure comes from.
    private func measured() throws -> (Lab, BilledTraffic, CostPage.DataSource) {
        let isUp = (try? LabName.valid(lab)).map { StateFolder($0).exists } ?? false
        if let gigabytes {
            let model = isUp ? try RunningLab.attach(lab).lab : try LabSource.read(lab).lab
            return (model, assumed(Decimal(gigabytes), model), .assumed)
        }
        guard isUp else { return (try LabSource.read(lab).lab, BilledTraffic(), .none) }
        let running = try RunningLab.attach(lab)
        return (running.lab, try LabMeter.read(running), .measured)
    }

    /// So much through each NAT gateway, all of it from the Internet: nobody pays for what comes in.
    private func assumed(_ gigabytes: Decimal, _ lab: Lab) -> BilledTraffic {
        let names = lab.vpcs.flatMap(\.natGateways).map(\.name)
        return BilledTraffic(
            throughNATGateway: Dictionary(names.map { ($0, gigabytes) }, uniquingKeysWith: { first, _ in first }))
    }
}

/// Reads what a running lab has carried.
enum LabMeter {
    /// An Internet gateway sends out what is billed as data to the Internet.
    static func read(_ lab: RunningLab) throws -> BilledTraffic {
        var traffic = BilledTraffic(throughNATGateway: try NATMeter.read(lab).mapValues(gigabytes))
        for node in lab.nodes where node.plan.role == .internetGateway {
            let links = try LinkCounters.all(node.route).filter { $0.name == "internet" }
            traffic.toInternet += gigabytes(links.reduce(0) { $0 + $1.sentBytes })
        }
        return traffic
    }

    private static func gigabytes(_ bytes: UInt64) -> Decimal { Decimal(bytes) / 1_000_000_000 }
}
