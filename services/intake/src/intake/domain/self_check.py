"""The self-check on weak signals: a questionnaire that opens no case and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelfCheckQuestion:
    """`alarming`: the answer that is a signal. `pressing`: help is needed at once."""

    code: str
    text: str
    alarming: bool
    signal: str
    advice: str
    pressing: bool = False


QUESTIONS = (
    SelfCheckQuestion(
        "wages",
        "Pourrez-vous payer les salaires des deux prochains mois\u202f?",
        alarming=False,
        signal="Les salaires des deux prochains mois ne sont pas assurés.",
        advice="Appelez dès maintenant votre DLA et votre banque\u00a0: des dispositifs de crise existent.",
        pressing=True,
    ),
    SelfCheckQuestion(
        "overdue_debts",
        "Avez-vous des dettes fiscales, sociales ou envers vos fournisseurs en retard de paiement\u202f?",
        alarming=True,
        signal="Des dettes sont en retard de paiement.",
        advice="Demandez un échéancier à l’URSSAF, aux impôts ou à la CCSF avant toute relance.",
        pressing=True,
    ),
    SelfCheckQuestion(
        "cash_plan",
        "Tenez-vous un plan de trésorerie à jour, à trois mois au moins\u202f?",
        alarming=False,
        signal="La trésorerie à venir n’est pas connue.",
        advice="Commencez par un plan de trésorerie mensuel\u00a0: un tableau simple suffit.",
    ),
    SelfCheckQuestion(
        "dashboard",
        "Suivez-vous vos résultats au moins chaque trimestre, avec un tableau de bord\u202f?",
        alarming=False,
        signal="Les résultats ne sont pas suivis en cours d’année.",
        advice="Choisissez quatre ou cinq indicateurs, et regardez-les en bureau chaque trimestre.",
    ),
    SelfCheckQuestion(
        "losses",
        "Vos deux derniers exercices sont-ils déficitaires\u202f?",
        alarming=True,
        signal="Deux exercices de suite sont déficitaires.",
        advice="Regardez quelles activités coûtent plus qu’elles ne rapportent, et revoyez le modèle économique.",
    ),
    SelfCheckQuestion(
        "single_funder",
        "Un seul financeur apporte-t-il plus de la moitié de vos ressources\u202f?",
        alarming=True,
        signal="Les ressources dépendent d’un seul financeur.",
        advice="Cherchez à diversifier les ressources, et préparez ce que vous feriez sans ce financeur.",
    ),
    SelfCheckQuestion(
        "isolation",
        "Coopérez-vous avec d’autres structures, ou mutualisez-vous des moyens\u202f?",
        alarming=False,
        signal="La structure fait tout seule.",
        advice="Voyez avec votre réseau ou la CRESS ce qui peut être mutualisé\u00a0: locaux, paie, achats, emplois.",
    ),
    SelfCheckQuestion(
        "tired_team",
        "Constatez-vous dans l’équipe des départs, des arrêts ou des tensions inhabituels\u202f?",
        alarming=True,
        signal="L’équipe donne des signes d’usure.",
        advice="Parlez du travail en équipe, et faites-vous aider à prévenir les risques psychosociaux.",
    ),
)
"""Our own wording, after the prevention in the source text of 2025: model, steering, cooperation, people."""
DISCLAIMER = "Ce questionnaire ne remplace pas un diagnostic. Vos réponses ne sont ni conservées, ni transmises."


@dataclass(frozen=True, slots=True)
class WeakSignal:
    code: str
    signal: str
    advice: str
    pressing: bool


@dataclass(frozen=True, slots=True)
class SelfCheckReview:
    signals: tuple[WeakSignal, ...]
    pressing: bool
    advice: str
    disclaimer: str = DISCLAIMER


def review(answers: Mapping[str, bool | None]) -> SelfCheckReview:
    """By question code. Null or missing: not known, which is no signal."""
    signals = tuple(
        WeakSignal(question.code, question.signal, advice=question.advice, pressing=question.pressing)
        for question in QUESTIONS
        if answers.get(question.code) is question.alarming
    )
    pressing = any(signal.pressing for signal in signals)
    return SelfCheckReview(signals, pressing, advice=_advice(len(signals), pressing))


def _advice(signals: int, pressing: bool) -> str:
    if pressing:
        return "N’attendez pas\u00a0: appelez aujourd’hui le DLA de votre département, qui reçoit vite et gratuitement."
    if signals:
        return "Des signaux faibles sont là\u00a0: un échange avec votre DLA, gratuit et confidentiel, aide à agir tôt."
    return "Aucun signal ne ressort de vos réponses. Refaites le point dans six mois, ou dès qu’une inquiétude vient."
