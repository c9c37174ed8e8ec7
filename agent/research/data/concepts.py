"""Which XBRL concepts stand behind each metric of the facts table.

Companies change concepts over the years, so each metric has an ordered list: the first concept that was published for a
period wins. An override replaces the list for one company, where its tags mean something else or where the same word
covers a different line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["flow", "average", "balance"]
"""flow: adds up over quarters. average: of a span, does not add up (EPS, average shares). balance: of a date."""


@dataclass(frozen=True, slots=True)
class Spec:
    kind: Kind
    concepts: tuple[str, ...]
    unit: str = "USD"
    overrides: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def ordered(self, ticker: str) -> tuple[str, ...]:
        return self.overrides.get(ticker, self.concepts)


def _flow(*concepts: str, unit: str = "USD", **overrides: tuple[str, ...]) -> Spec:
    return Spec("flow", concepts, unit, overrides)


def _balance(*concepts: str, **overrides: tuple[str, ...]) -> Spec:
    return Spec("balance", concepts, "USD", overrides)


def _average(*concepts: str, unit: str) -> Spec:
    return Spec("average", concepts, unit)


_PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxes"

SPECS: dict[str, Spec] = {
    "revenue": _flow("Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "SalesRevenueNet"),
    "cost_of_revenue": _flow("CostOfRevenue", "CostOfGoodsAndServicesSold"),
    "gross_profit": _flow("GrossProfit"),
    "research_and_development": _flow("ResearchAndDevelopmentExpense"),
    "sales_and_marketing": _flow(GOOGL=("SellingAndMarketingExpense",)),
    "general_and_administrative": _flow(GOOGL=("GeneralAndAdministrativeExpense",)),
    # Marvell's yearly reports carried the line under the selling-and-marketing tag until fiscal 2023.
    "sga": _flow(
        "SellingGeneralAndAdministrativeExpense",
        MRVL=("SellingGeneralAndAdministrativeExpense", "SellingAndMarketingExpense"),
    ),
    # Marvell's CostsAndExpenses leave out the cost of goods sold; Alphabet's include it and are not this line.
    "operating_expenses": _flow("OperatingExpenses", MRVL=("OperatingExpenses", "CostsAndExpenses")),
    "operating_income": _flow("OperatingIncomeLoss"),
    "interest_income": _flow("InvestmentIncomeInterest", "InvestmentIncomeInterestAndDividend"),
    "interest_expense": _flow("InterestExpenseNonoperating", "InterestExpense"),
    "other_income_net": _flow("NonoperatingIncomeExpense"),
    "pretax_income": _flow(
        _PRETAX + "ExtraordinaryItemsNoncontrollingInterest",
        _PRETAX + "MinorityInterestAndIncomeLossFromEquityMethodInvestments",
    ),
    "income_tax": _flow("IncomeTaxExpenseBenefit"),
    "net_income": _flow("NetIncomeLoss"),
    "eps_basic": _average("EarningsPerShareBasic", unit="USD/share"),
    "eps_diluted": _average("EarningsPerShareDiluted", unit="USD/share"),
    "shares_basic": _average("WeightedAverageNumberOfSharesOutstandingBasic", unit="shares"),
    "shares_diluted": _average("WeightedAverageNumberOfDilutedSharesOutstanding", unit="shares"),
    "operating_cash_flow": _flow("NetCashProvidedByUsedInOperatingActivities"),
    "investing_cash_flow": _flow("NetCashProvidedByUsedInInvestingActivities"),
    "financing_cash_flow": _flow("NetCashProvidedByUsedInFinancingActivities"),
    "capex": _flow("PaymentsToAcquireProductiveAssets", "PaymentsToAcquirePropertyPlantAndEquipment"),
    "share_repurchases": _flow("PaymentsForRepurchaseOfCommonStock"),
    "shares_repurchased": _flow(
        "StockRepurchasedAndRetiredDuringPeriodShares", "StockRepurchasedDuringPeriodShares", unit="shares"
    ),
    "dividends_paid": _flow("PaymentsOfDividends", "PaymentsOfDividendsCommonStock"),
    "dividends_per_share": _flow(
        "CommonStockDividendsPerShareDeclared", "CommonStockDividendsPerShareCashPaid", unit="USD/share"
    ),
    # Alphabet publishes depreciation alone and Marvell depreciation beside the amortisation of acquired intangibles.
    "depreciation_amortization": _flow(
        "DepreciationDepletionAndAmortization", "DepreciationAndAmortization", GOOGL=(), MRVL=()
    ),
    "depreciation": _flow(GOOGL=("Depreciation",), MRVL=("OtherDepreciationAndAmortization",)),
    "amortization": _flow(MRVL=("AmortizationOfIntangibleAssets",)),
    "stock_based_compensation": _flow("ShareBasedCompensation"),
    "cash": _balance("CashAndCashEquivalentsAtCarryingValue"),
    "marketable_securities": _balance("MarketableSecuritiesCurrent"),
    "marketable_debt_securities": _balance(NVDA=("DebtSecuritiesCurrent",)),
    "marketable_equity_securities": _balance(NVDA=("EquitySecuritiesFvNi",)),
    "accounts_receivable": _balance("AccountsReceivableNetCurrent"),
    "inventory": _balance("InventoryNet"),
    "current_assets": _balance("AssetsCurrent"),
    "property_and_equipment": _balance(
        "PropertyPlantAndEquipmentNet",
        GOOGL=(
            "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            "PropertyPlantAndEquipmentNet",
        ),
    ),
    "goodwill": _balance("Goodwill"),
    "intangible_assets": _balance("IntangibleAssetsNetExcludingGoodwill"),
    "total_assets": _balance("Assets"),
    "accounts_payable": _balance("AccountsPayableCurrent"),
    "current_liabilities": _balance("LiabilitiesCurrent"),
    "current_debt": _balance(
        "LongTermDebtCurrent", NVDA=("LongTermDebtCurrent", "DebtCurrent"), MRVL=("ShortTermBorrowings",)
    ),
    "long_term_debt": _balance(
        "LongTermDebtNoncurrent", GOOGL=("LongTermDebtNoncurrent", "LongTermDebtAndCapitalLeaseObligations")
    ),
    "deferred_revenue": _balance(
        "ContractWithCustomerLiability",
        GOOGL=("ContractWithCustomerLiabilityCurrent",),
        MRVL=("DeferredRevenueCurrent",),
    ),
    "remaining_performance_obligation": _balance("RevenueRemainingPerformanceObligation"),
    "total_liabilities": _balance("Liabilities"),
    "equity": _balance("StockholdersEquity"),
    "purchase_commitments": _balance(
        NVDA=("PurchaseObligation",), AAPL=("UnrecordedUnconditionalPurchaseObligationBalanceSheetAmount",)
    ),
    "repurchase_authorization": _balance("StockRepurchaseProgramRemainingAuthorizedRepurchaseAmount1"),
}

IDENTITIES: tuple[tuple[str, str, str, str], ...] = (
    ("gross_profit", "revenue", "-", "cost_of_revenue"),
    ("operating_expenses", "gross_profit", "-", "operating_income"),
    ("sga", "sales_and_marketing", "+", "general_and_administrative"),
    ("depreciation_amortization", "depreciation", "+", "amortization"),
    ("marketable_securities", "marketable_debt_securities", "+", "marketable_equity_securities"),
)
"""Accounting identities that fill a line which a company does not publish: result, left, sign, right."""
