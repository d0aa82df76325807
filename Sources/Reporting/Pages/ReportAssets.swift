/// The style sheets and the script of the reports, made of the files in `Assets/`.
///
/// Wide windows and paper show rows as a table, narrow windows as cards (`ReportFrame` says from which width
/// on). The assets are the same in every report, and so are their digests.
package enum ReportAssets {
    static let base = PageAsset(styles: PackageResources.base_css, PackageResources.report_css)
    static let cards = PageAsset(styles: PackageResources.cards_css)
    static let table = PageAsset(styles: PackageResources.table_css)
    static let print = PageAsset(styles: PackageResources.print_css)
    static let styles = [base, cards, table, print]
    static let script = PageAsset(
        scripts: PackageResources.page_js, PackageResources.rows_js, PackageResources.facts_js,
        PackageResources.table_js)

    /// The style sheet and the script that pages other than reports need as well.
    package static let pageStyle = PackageResources.base_css
    package static let pageScript = PackageResources.page_js
}
