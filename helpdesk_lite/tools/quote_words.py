"""The words by which mail programs say what is quoted, and whose signature it is.

Plain comparisons of a line's text, as `fold` writes it: no regular expression meets a mail.
"""
# ruff: noqa: E501 (Korean letters count as two)

ANSWER_PREFIXES = ('re:', 'aw:', 'sv:', 'antw:', 'rv:', 'odp:', '답장:', '회신:', '[회신]', '[답장]')
FORWARD_PREFIXES = ('fw:', 'fwd:', 'wg:', 'tr:', 'enc:', '전달:', '[전달]')

OPENINGS = ('on ', 'am ', 'le ', 'el ', 'il ', 'op ', 'em ', 'den ', 'dne ', 'w dniu ', 'a(z) ', '20',
            '在 ')
WROTE = (' wrote:', ' a écrit:', ' escribió:', ' ha scritto:', ' schreef:', ' escreveu:', '写道:',
         ' skrev:', ' 작성:', '님이 작성:', '이(가) 작성:', ' 쓴 글:', '님의 말:', '님이 쓴 내용:',
         '썼습니다:', '님이 보낸 메일:', ' napisał:', ' napsal:')
WROTE_WITHIN = (' schrieb ',)
ATTRIBUTION_LENGTH = 300

REPLY_DIVIDERS = frozenset((
    'original message', 'original appointment', 'reply message', 'original mail',
    '원본 메시지', '원본메시지', '원본 메일', '원본메일', '원본 이메일', '받은 메일 내용',
    '원문 메시지', 'ursprüngliche nachricht', "message d'origine", 'mensaje original',
    'messaggio originale', 'mensagem original'))
FORWARD_DIVIDERS = (
    'forwarded message', 'begin forwarded message', 'forwarded mail', '전달된 메시지',
    '전달된 메일', '전달된메일', '전달받은 메시지', '전달 메시지', 'weitergeleitete nachricht',
    'anfang der weitergeleiteten', 'message transféré', 'mensaje reenviado', 'inoltrato')

FROM = ('from', 'von', 'de', 'expéditeur', 'da', '보낸사람', '보낸 사람', '보낸이', '보낸 이', '발신자',
        '발신인', '발신')
OTHER_FIELDS = (
    'sent', 'date', 'to', 'subject', 'cc', 'received', 'importance', 'reply-to', 'attachments',
    '보낸날짜', '보낸 날짜', '날짜', '일시', '보낸시간', '보낸 시간', '받은날짜', '받은 날짜',
    '받는사람', '받는 사람', '받는이', '받는 이', '수신자', '수신인', '수신', '참조', '제목', '중요도',
    '첨부 파일', '첨부', 'gesendet', 'datum', 'an', 'betreff', 'envoyé', 'à', 'objet', 'enviado',
    'para', 'asunto', 'inviato', 'a', 'oggetto')

# What says above a quoted text that the answers stand in it
BELOW = ('below', 'inline', 'in-line', 'in line', 'in red', 'in blue', 'in green', 'in bold',
         'in colo', 'in capitals', 'between the lines', 'highlighted', 'marked', 'underneath',
         'further down', 'unten', 'ci-dessous', '아래', '하단', '밑에', '본문에', '본문 중', '중간에',
         '사이에', '빨간', '빨강', '붉은', '파란', '파랑', '초록', '색으로', '색상', '굵게', '인라인',
         '표시해', '표시했', '적어 두', '달아')
ANSWER_MARKS = ('==>', '=>', '-->', '->', '→', '▶', '▷', '◀', '★', '※', '##', '***', '[답변]',
                '답변:', '답변 :', '답:', '답 :', 'a:', 'answer:', '>>')

MOBILE_OPENINGS = (
    'sent from my ', 'sent from outlook', 'sent from mail for', 'sent from yahoo', 'sent via ',
    'sent from samsung', 'sent from galaxy', 'get outlook for', 'sent with proton',
    'von meinem ', 'gesendet von ', 'envoyé de mon', 'enviado desde mi', 'inviato da ')
MOBILE_EXACT = frozenset((
    'sent from my android device with k-9 mail. please excuse my brevity.',
    'this message was sent from my android device with k-9 mail.',
    'diese nachricht wurde von meinem android-gerät mit k-9 mail gesendet.',
    'k-9 mail로 보냄', '네이버 메일 앱에서 보냄', '네이버 메일 앱에서 보냈습니다',
    '네이버 메일 앱에서 보냈습니다.', '다음메일 앱에서 보냄', 'daum 메일 앱에서 보냄',
    '다음 메일 앱에서 보냈습니다.', '카카오메일 앱에서 보냄', 'windows용 메일에서 보냄',
    'android용 outlook 다운로드', 'ios용 outlook 다운로드', 'android용 outlook에서 보냄',
    'ios용 outlook에서 보냄', 'outlook for ios 다운로드', 'outlook for android 다운로드'))
MOBILE_ENDINGS = ('에서 보냄', '에서 보냈습니다', '에서 보냈어요', '에서 발송')
DEVICES = ('iphone', 'ipad', 'galaxy', 'android', 'windows', 'outlook', '아이폰', '아이패드', '갤럭시',
           '스마트폰', '휴대전화')
CONTACTS = ('@', 'http:', 'https:', 'www.', 'tel', 'mobile', 'phone', '드림', '전화', '휴대폰')
SPOKEN_ENDINGS = ('니다', '세요', '어요', '아요', '해요', '네요', '까요', '습니까', '니까', '죠', '지요', '예요',
                  '에요', '바랍니다', '음', '함', '됨')


def fold(text):
    """Return a line's text for comparing: small letters, single blanks, one kind of colon."""
    text = text.replace('\xa0', ' ').replace('\u200b', '').replace('\u202f', ' ')
    return ' '.join(text.casefold().replace('：', ':').replace(' :', ':').split())


def is_forward(subject):
    """Whether a subject says that something is forwarded: that is new, then."""
    return fold(subject).replace(' ', '').startswith(FORWARD_PREFIXES)


def is_answer(subject):
    return fold(subject).replace(' ', '').startswith(ANSWER_PREFIXES)


def is_attribution(text):
    """Whether a folded line says who wrote when what is quoted below."""
    if not text.endswith(':') or len(text) > ATTRIBUTION_LENGTH:
        return False
    return text.endswith(WROTE) or (
        text.startswith('am ') and any(word in text for word in WROTE_WITHIN))


def get_divider(text):
    """Return 'reply' or 'forward' for a line like ``-----Original Message-----``, else None."""
    core = text.strip('-_=*[]> :')
    if core.startswith(FORWARD_DIVIDERS) and len(core) < 60 and (
            text[:2] == '--' or text.endswith(':')):
        return 'forward'
    return 'reply' if core in REPLY_DIVIDERS and text[:2] in ('--', '==', '__', '**') else None


def is_rule(text):
    return len(text) >= 10 and not text.strip('_-=─')


def get_field(text):
    """Return 'from' or 'other' for a line like ``From: …`` of a quoted mail's head, else None."""
    name, colon, _value = text.strip('*> ').partition(':')
    if not colon or len(name) > 20:
        return None
    name = name.strip('* ')
    return 'from' if name in FROM else 'other' if name in OTHER_FIELDS else None


def announces(text):
    """Whether a text says that answers stand in what is quoted."""
    return any(word in text for word in BELOW)


def is_mobile(text):
    """Whether a line is what a program adds, and no more than that."""
    if text in MOBILE_EXACT:
        return True
    words = text.rstrip('.').split()
    if text.startswith(MOBILE_OPENINGS):
        return len(words) <= 9 and not any(sign in text for sign in ',;?!') and '. ' not in text
    return len(words) <= 3 and text.rstrip('.').endswith(MOBILE_ENDINGS) and any(
        device in text for device in DEVICES)


def is_sentence(text):
    """Whether a line of a signature reads like one that somebody wrote for this mail."""
    words = text.split()
    plain = text.rstrip('.!?。~^ ')
    if plain.endswith(SPOKEN_ENDINGS) and len(words) >= 2:
        return True
    if text.endswith('?') or len(words) >= 12 or len(text) >= 110:
        return True
    return len(words) >= 4 and text.endswith(('.', '!', '。'))


def has_contact(text):
    """Whether a line tells how to reach somebody, as signatures do."""
    return any(sign in text for sign in CONTACTS) or sum(map(str.isdigit, text)) >= 8


def is_lower(words):
    """Whether most words begin small, as in a sentence and not in a title or an address."""
    letters = [word for word in words if word[0].isalpha() and word[0].isascii()]
    return len(letters) >= 4 and sum(word[0].islower() for word in letters) * 2 > len(letters)
