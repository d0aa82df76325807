import MetricNames
import Testing

@testable import Monitoring

/// What a scrape reads, line by line.
struct ExpositionTextTests {
    @Test func aFamilyHasItsMeaningItsTypeAndItsSeriesInOrder() {
        let text = ExpositionText.text(of: [
            MetricSeries(.jobs, ["running"], 2), MetricSeries(.queueOldest, 1.5),
            MetricSeries(.jobs, ["done"], 41),
        ])
        #expect(
            text == """
                # HELP hashdrop_queue_oldest_seconds \(Metric.queueOldest.definition.meaning)
                # TYPE hashdrop_queue_oldest_seconds gauge
                hashdrop_queue_oldest_seconds 1.5
                # HELP hashdrop_jobs Lists that are kept.
                # TYPE hashdrop_jobs gauge
                hashdrop_jobs{state="done"} 41
                hashdrop_jobs{state="running"} 2

                """)
    }

    @Test func aBucketCountsTheSmallerOnesAndTheLastOneAll() {
        let reading = HistogramReading(bounds: [0.005, 1, 3600], counts: [3, 0, 2, 1], sum: 4000.25)
        let lines = ExpositionText.text(of: [
            MetricSeries(.reportDelay, ["none"], .histogram(reading))
        ]).split(separator: "\n").dropFirst()
        #expect(
            lines == [
                "# TYPE hashdrop_report_delay_seconds histogram",
                "hashdrop_report_delay_seconds_bucket{requests=\"none\",le=\"0.005\"} 3",
                "hashdrop_report_delay_seconds_bucket{requests=\"none\",le=\"1\"} 3",
                "hashdrop_report_delay_seconds_bucket{requests=\"none\",le=\"3600\"} 5",
                "hashdrop_report_delay_seconds_bucket{requests=\"none\",le=\"+Inf\"} 6",
                "hashdrop_report_delay_seconds_sum{requests=\"none\"} 4000.25",
                "hashdrop_report_delay_seconds_count{requests=\"none\"} 6",
            ])
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-2, "-2"), (0.1, "0.1"), (1e-9, "1e-09"),
            (1_790_000_000, "1790000000"), (9_007_199_254_740_991, "9007199254740991"),
            (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ] as [(Double, String)])
    func numbersAreWrittenAsGoReadsThem(number: Double, word: String) {
        #expect(ExpositionText.word(number) == word)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("a\r\nb", "a\r\\nb"),
        ("\\n", "\\\\n"), ("grün ✓", "grün ✓"), ("", ""),
    ])
    func labelValuesAreEscaped(value: String, escaped: String) {
        #expect(ExpositionText.escaped(value) == escaped)
        #expect(ExpositionText.escaped(value, quotes: false) == escaped.replacing("\\\"", with: "\""))
    }

    @Test func noSeriesIsNoText() {
        #expect(ExpositionText.text(of: []) == "")
    }
}
