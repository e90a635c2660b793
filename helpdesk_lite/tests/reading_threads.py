"""Mails in the shapes of real mail programs: what of each is new, and what is old.

Written for the test, after what these programs send. Each is ``Thread(name, subject, text, new,
old)``; a text that begins with ``<`` is HTML. Everybody in them is of an example domain.
"""

from typing import NamedTuple

# ruff: noqa: E501 (Korean letters count as two)

OLD = 'Please restart the printer and send us the log file.'
OLD2 = 'Does the lamp at the front blink?'
ALT = '프린터를 다시 켜고 로그 파일을 보내 주시기 바랍니다.'
ANNA = 'Anna Berg &lt;<a href="mailto:anna@desk.example.com">anna@desk.example.com</a>&gt;'
GMAIL = ('<div dir="ltr">{new}</div><br><div class="gmail_quote gmail_quote_container">'
         '<div dir="ltr" class="gmail_attr">{head}<br></div>'
         '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
         'rgb(204,204,204);padding-left:1ex">{old}</blockquote></div>')
OUTLOOK = ('<div class="WordSection1"><p class="MsoNormal">{new}<o:p></o:p></p>'
           '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>{sign}<div>'
           '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
           '<p class="MsoNormal"><b>{head}</p></div></div>'
           '<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">{old}</p></div>')
OWA = ('<div class="elementToProof" style="font-family: Calibri; color: rgb(0, 0, 0);">{new}</div>'
       '{sign}<div id="appendonsend"></div><hr style="display:inline-block;width:98%" '
       'tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" '
       'style="font-size:11pt" color="#000000"><b>{head}</font><div>&nbsp;</div></div>'
       '<div><div dir="ltr">{old}</div></div>')
APPLE = ('<div>{new}</div><br id="lineBreakAtBeginningOfMessage"><div>{sign}<br>'
         '<blockquote type="cite"><div>{head}</div><br class="Apple-interchange-newline"><div>'
         '{old}</div></blockquote></div><br>')
IOS = ('<div dir="ltr">{new}</div>{sign}<div dir="ltr"><br><blockquote type="cite">{head}<br><br>'
       '</blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff<p>{old}</p></div>'
       '</blockquote>')
THUNDERBIRD = ('<p>{new}</p><div class="moz-cite-prefix">{head}<br></div>'
               '<blockquote type="cite" cite="mid:1@desk.example.com"><p>{old}</p></blockquote>'
               '{sign}')
NAVER = ('<div style="font-size:10pt; font-family:Gulim;"><p>{new}</p><p>&nbsp;</p>{sign}'
         '<p style="font-size:10pt; font-family:sans-serif; padding:10px 0 0 10px;">'
         '{head}</p><div style="padding-left:10px">{old}</div></div>')
DAUM = ('<div style="font-family:Gulim;font-size:10pt"><p>{new}</p><p><br></p>'
        '<blockquote style="font-size:12px;border-left-style:solid;border-left-width:2px;'
        'margin-bottom:0pt;margin-left:0.8ex;margin-right:0pt;margin-top:0pt;padding-left:1ex;">'
        '{head}<br><br><p>{old}</p></blockquote></div>')
YAHOO = ('<html><body><div class="ydp1yahoo-style-wrap" style="font-size:16px"><div></div>'
         '<div dir="ltr">{new}</div><div><br></div></div><div id="ydp2yahoo_quoted_1" '
         'class="ydp2yahoo_quoted"><div style="font-size:13px;color:#26282a;"><div>{head}</div>'
         '<div><br></div><div><br></div><div><div id="x">{old}</div></div></div></div></body></html>')

FIELDS = ('From:</b> Anna Berg &lt;anna@desk.example.com&gt;<br><b>Sent:</b> Monday, March 2, 2026 '
          '10:12 AM<br><b>To:</b> Carla &lt;carla@customer.example.org&gt;<br><b>Subject:</b> RE: '
          '[HD00042] Printer')
FIELDS_KO = ('보낸 사람:</b> Anna Berg &lt;anna@desk.example.com&gt;<br><b>보낸 날짜:</b> 2026년 3월 2일 '
             '월요일 오전 10:12<br><b>받는 사람:</b> Carla &lt;carla@customer.example.org&gt;<br>'
             '<b>제목:</b> RE: [HD00042] Printer')
FIELDS_DE = ('Von:</b> Anna Berg &lt;anna@desk.example.com&gt;<br><b>Gesendet:</b> Montag, 2. März '
             '2026 10:12<br><b>An:</b> Carla &lt;carla@customer.example.org&gt;<br><b>Betreff:</b> '
             'AW: Printer')
NAVER_HEAD = ('-----Original Message-----<br><b>From:</b> "Anna Berg"&lt;anna@desk.example.com&gt;'
              '<br><b>To:</b> "carla"&lt;carla@customer.example.org&gt;<br><b>Cc:</b> <br>'
              '<b>Sent:</b> 2026-03-02 (월) 10:12:33 (GMT+09:00)<br><b>Subject:</b> RE: Printer<br>')
DAUM_HEAD = ('---------[ 받은 메일 내용 ]----------<br>제목 : RE: Printer<br>날짜 : 2026년 3월 02일 '
             '월요일, 10시 12분 33초 +0900<br>보낸이 : "Anna Berg" &lt;anna@desk.example.com&gt;<br>'
             '받는이 : carla@customer.example.org')
KAKAO_HEAD = ('--------- 원본 메일 ---------<br>보낸사람 : Anna Berg &lt;anna@desk.example.com&gt;<br>'
              '받는사람 : carla@customer.example.org<br>날짜: 26.03.02 10:12 GMT +0900<br>'
              '제목: RE: Printer')
ON = f'On Mon, Mar 2, 2026 at 10:12 AM {ANNA} wrote:'
ON_KO = f'2026년 3월 2일 (월) 오전 10:12, {ANNA}님이 작성:'
ON_APPLE = 'On 2 Mar 2026, at 10:12, Anna Berg &lt;anna@desk.example.com&gt; wrote:'
ON_APPLE_KO = '2026. 3. 2. 오전 10:12, Anna Berg &lt;anna@desk.example.com&gt; 작성:'
ON_TB_KO = '2026-03-02 오전 10:12에 Anna Berg 이(가) 쓴 글:'
PLAIN_FIELDS = ('From: Anna Berg <anna@desk.example.com>\nSent: Monday, March 2, 2026 10:12 AM\n'
                'To: Carla <carla@customer.example.org>\nSubject: RE: Printer\n')
PLAIN_FIELDS_KO = ('보낸 사람: Anna Berg <anna@desk.example.com>\n보낸 날짜: 2026년 3월 2일 월요일 오전 10:12\n'
                   '받는 사람: Carla <carla@customer.example.org>\n제목: RE: Printer\n')
GMAIL_SIGN = ('<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" '
              'class="gmail_signature" data-smartmail="gmail_signature">Carla Diaz<br>Customer Ltd.'
              '<br>+49 30 1234567</div>')
FROM_IPHONE = '<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
FROM_IPHONE_KO = '<div dir="ltr"><br>나의 iPhone에서 보냄</div>'
OUTLOOK_PHONE = ('<div id="ms-outlook-mobile-signature"><div></div><div>Get <a href="https://aka.ms/'
                 'o0ukef">Outlook for iOS</a></div></div>')


class Thread(NamedTuple):
    name: str
    subject: str
    text: str
    new: tuple
    old: tuple


def make(name, shape, new, old=OLD, subject='RE: Printer', more_new=(), more_old=(), **parts):
    """A thread by a shape: `new` and `old` are one text each, or more."""
    text = shape.format(new=new, old=old, **{'sign': '', 'head': '', **parts})
    return Thread(name, subject, text, (*((new,) if '<' not in new else ()), *more_new),
                  (*((old,) if '<' not in old else ()), *more_old))


def plain(name, text, new, old=(OLD,), subject='Re: Printer'):
    return Thread(name, subject, text, new, old)


HELLO = 'The log file is attached, it still burns.'
HELLO_KO = '로그 파일을 첨부했습니다. 아직도 불이 납니다.'
SPLIT = ('<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">' + ON
         + '<br></div><blockquote class="gmail_quote" style="border-left:1px solid #ccc">' + OLD
         + '</blockquote><div>I restarted it twice.</div><blockquote class="gmail_quote" '
         'style="border-left:1px solid #ccc">' + OLD2
         + '</blockquote><div>No, it is dark.</div></div></div>')

THREADS = [
    # Gmail
    make('gmail', GMAIL, HELLO, head=ON),
    make('gmail, Korean', GMAIL, HELLO_KO, ALT, head=ON_KO),
    make('gmail with its signature', GMAIL, f'{HELLO}{GMAIL_SIGN}', head=ON,
         more_new=(HELLO,), more_old=('Customer Ltd.', '+49 30 1234567')),
    Thread('gmail, answers within', 'Re: Printer', SPLIT,
           ('I restarted it twice.', 'No, it is dark.'), (OLD, OLD2)),
    Thread('gmail, answer below', 'Re: Printer', (
        f'<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">{ON}<br></div>'
        f'<blockquote class="gmail_quote">{OLD}</blockquote></div><div>{HELLO}</div></div>'),
        (HELLO,), (OLD,)),
    Thread('gmail, forwarded', 'Fwd: Invoice', (
        '<div dir="ltr">Please see what we got.</div><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">---------- Forwarded message ---------<br>From: Bob &lt;bob@supplier.'
        'example.net&gt;<br>Date: Mon, Mar 2, 2026<br>Subject: Invoice<br>To: Carla<br></div><br>'
        'The invoice has a wrong address.</div>'),
        ('Please see what we got.', 'The invoice has a wrong address.'), ()),
    Thread('gmail, forwarded, Korean', '청구서', (
        '<div dir="ltr">확인 부탁드립니다.</div><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">---------- Forwarded message ---------<br>보낸사람: Bob &lt;bob@supplier.'
        'example.net&gt;<br>Date: 2026년 3월 2일<br>Subject: 청구서<br>To: Carla<br></div><br>'
        '주소가 잘못되었습니다.</div>'), ('확인 부탁드립니다.', '주소가 잘못되었습니다.'), ()),
    Thread('gmail, an indent of ones own', 'Re: Printer', (
        f'<div dir="ltr">It says:<blockquote style="margin:0 0 0 40px;border:none;padding:0px">'
        f'Paper jam in tray two.</blockquote>What now?</div><br><div class="gmail_quote"><div '
        f'class="gmail_attr">{ON}</div><blockquote class="gmail_quote">{OLD}</blockquote></div>'),
        ('It says:', 'Paper jam in tray two.', 'What now?'), (OLD,)),
    Thread('gmail, app, old shape', 'Re: Printer', (
        f'<p dir="ltr">{HELLO}</p>\n<div class="gmail_extra"><br><div class="gmail_quote">On Mar 2, '
        f'2026 10:12 AM, "Anna Berg" &lt;anna@desk.example.com&gt; wrote:<br type="attribution">'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{OLD}'
        '</blockquote></div></div>'), (HELLO,), (OLD,)),
    make('gmail, German', GMAIL, 'Die Datei hängt an.',
         head=f'Am Mo., 2. März 2026 um 10:12 Uhr schrieb {ANNA}:'),
    # Outlook
    make('outlook', OUTLOOK, HELLO, head=FIELDS),
    make('outlook, Korean', OUTLOOK, HELLO_KO, ALT, head=FIELDS_KO),
    make('outlook, German', OUTLOOK, 'Die Datei hängt an.', head=FIELDS_DE, subject='AW: Printer'),
    make('outlook with a history', OUTLOOK, HELLO, f'{OLD}</p><div style="border:none;border-top:'
         f'solid #E1E1E1 1.0pt"><p><b>{FIELDS}</p></div><p>{OLD2}', head=FIELDS,
         more_old=(OLD, OLD2)),
    make('outlook, answers in red', OUTLOOK, 'Hi Anna,', f'{OLD} <span style="color:red">I did that '
         f'yesterday.</span></p><p>{OLD2} <span style="color:red">No, never.</span>', head=FIELDS,
         more_new=('I did that yesterday.', 'No, never.')),
    make('outlook, answers announced', OUTLOOK, 'See my answers below.', f'{OLD}</p><p>I did that '
         f'yesterday.</p><p>{OLD2}', head=FIELDS, more_new=('I did that yesterday.',)),
    make('outlook, forwarded', OUTLOOK, 'For your information.', 'The bill is wrong.', head=FIELDS,
         subject='FW: Bill', more_new=('The bill is wrong.',))._replace(old=()),
    make('outlook, quoted blue', OUTLOOK, HELLO, f'<span style="color:#1F497D">{OLD}</span>',
         head=FIELDS, more_old=(OLD,)),
    make('owa', OWA, HELLO, head=FIELDS),
    make('owa, Korean', OWA, HELLO_KO, ALT, head=FIELDS_KO),
    make('owa with its signature', OWA, HELLO, head=FIELDS, sign=(
        '<div id="Signature"><div>Carla Diaz</div><div>Customer Ltd.</div></div>'),
        more_old=('Carla Diaz', 'Customer Ltd.')),
    make('owa, text typed into the signature', OWA, HELLO, head=FIELDS, sign=(
        '<div id="Signature"><div>Carla Diaz</div><div>I forgot: the fan is loud as well.</div>'
        '</div>'), more_new=('I forgot: the fan is loud as well.',)),
    make('outlook mobile', OWA, HELLO, head=FIELDS, sign=OUTLOOK_PHONE,
         more_old=('Outlook for iOS',)),
    make('outlook mobile, Korean', OWA, HELLO_KO, ALT, head=FIELDS_KO, sign=(
        '<div id="ms-outlook-mobile-signature"><a href="https://aka.ms/AAb9ysg">Android용 Outlook'
        '</a> 다운로드</div>'), more_old=('다운로드',)),
    plain('outlook, text', f'{HELLO}\n\n-----Original Message-----\n{PLAIN_FIELDS}\n{OLD}\n',
          (HELLO,)),
    plain('outlook, text, Korean',
          f'{HELLO_KO}\n\n-----원본 메시지-----\n{PLAIN_FIELDS_KO}\n{ALT}\n', (HELLO_KO,), (ALT,)),
    plain('owa, text', f'{HELLO}\n{"_" * 32}\n{PLAIN_FIELDS}\n{OLD}\n', (HELLO,)),
    # Apple
    make('apple mail', APPLE, HELLO, head=ON_APPLE),
    make('apple mail, Korean', APPLE, HELLO_KO, ALT, head=ON_APPLE_KO),
    Thread('apple mail, answers within', 'Re: Printer', (
        f'<div>Hi,</div><div><br><blockquote type="cite"><div>{ON_APPLE}</div><div>{OLD}</div>'
        f'</blockquote><div>I did.</div><blockquote type="cite"><div>{OLD2}</div></blockquote>'
        '<div>It does not.</div></div>'), ('Hi,', 'I did.', 'It does not.'), (OLD, OLD2)),
    Thread('apple mail, forwarded', 'Fwd: Bill', (
        '<div>Look at this.</div><div><br><blockquote type="cite"><div>Begin forwarded message:</div>'
        '<br><div><b>From: </b>Bob &lt;bob@supplier.example.net&gt;</div><div><b>Subject: </b>Bill'
        '</div><br><div>You owe us nothing.</div></blockquote></div>'),
        ('Look at this.', 'You owe us nothing.'), ()),
    make('iphone', IOS, HELLO, head=ON_APPLE, sign=FROM_IPHONE, more_old=('Sent from my iPhone',)),
    make('iphone, Korean', IOS, HELLO_KO, ALT, head=ON_APPLE_KO, sign=FROM_IPHONE_KO,
         more_old=('나의 iPhone에서 보냄',)),
    make('iphone, more behind the signature', IOS, HELLO, head=ON_APPLE, sign=(
        '<div>Sent from my iPhone, the blue one</div><div>The lamp blinks now.</div>'),
        more_new=('The lamp blinks now.',)),
    plain('iphone, text', f'{HELLO}\n\nSent from my iPhone\n\n> On 2 Mar 2026, at 10:12, Anna Berg '
          f'<anna@desk.example.com> wrote:\n> \n> {OLD}\n', (HELLO,), (OLD, 'Sent from my iPhone')),
    # Thunderbird
    make('thunderbird', THUNDERBIRD, HELLO, head='On 02.03.26 10:12, Anna Berg wrote:'),
    make('thunderbird, Korean', THUNDERBIRD, HELLO_KO, ALT, head=ON_TB_KO),
    make('thunderbird with its signature', THUNDERBIRD, HELLO, head='Am 02.03.26 um 10:12 schrieb '
         'Anna Berg:', sign='<pre class="moz-signature" cols="72">-- \nCarla Diaz\nCustomer Ltd.</pre>',
         more_old=('Customer Ltd.',)),
    Thread('thunderbird, answer below', 'Re: Printer', (
        '<div class="moz-cite-prefix">On 02.03.26 10:12, Anna Berg wrote:<br></div><blockquote '
        f'type="cite"><p>{OLD}</p></blockquote><p>{HELLO}</p>'), (HELLO,), (OLD,)),
    plain('thunderbird, text', f'On 02.03.26 10:12, Anna Berg wrote:\n> {OLD}\n\nI did that.\n\n'
          f'> {OLD2}\n\nIt does not.\n\n-- \nCarla Diaz\nCustomer Ltd.\n',
          ('I did that.', 'It does not.'), (OLD, OLD2, 'Customer Ltd.')),
    # Naver, Daum, Kakao
    make('naver', NAVER, HELLO_KO, ALT, head=NAVER_HEAD),
    make('naver, English', NAVER, HELLO, head=NAVER_HEAD),
    make('naver, answers below', NAVER, '아래에 답변을 적었습니다.', f'{ALT}<p>어제 다시 켰습니다.</p>',
         head=NAVER_HEAD, more_new=('어제 다시 켰습니다.',)),
    make('naver app', NAVER, HELLO_KO, ALT, head=NAVER_HEAD, sign='<p>네이버 메일 앱에서 보냄</p>',
         more_old=('네이버 메일 앱에서 보냄',)),
    make('daum', DAUM, HELLO_KO, ALT, head=DAUM_HEAD),
    make('daum, English', DAUM, HELLO, head=DAUM_HEAD),
    make('kakao', NAVER, HELLO_KO, ALT, head=KAKAO_HEAD),
    Thread('naver, forwarded', '전달: 청구서', NAVER.format(
        new='전달드립니다.', old='청구 금액이 다릅니다.', head=NAVER_HEAD, sign=''),
        ('전달드립니다.', '청구 금액이 다릅니다.'), ()),
    # Android
    plain('k-9', f'{HELLO}\n\nOn March 2, 2026 10:12:33 AM GMT+01:00, Anna Berg '
          f'<anna@desk.example.com> wrote:\n>{OLD}\n>{OLD2}\n-- \nSent from my Android device with '
          'K-9 Mail. Please excuse my brevity.', (HELLO,), (OLD, OLD2, 'brevity')),
    make('k-9, html', '<div dir="auto">{new}</div><br><br><div class="gmail_quote"><div dir="auto">'
         '{head}</div><blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: '
         '1px solid rgb(204, 204, 204); padding-left: 1ex;">{old}</blockquote></div>', HELLO,
         head=ON),
    make('samsung', '<p>{new}</p><p><br></p><div id="composer_signature" dir="auto"><div style="font-'
         'size:12px;color:#575757" dir="auto">Galaxy에서 보냄</div></div><div><br></div><div align='
         '"left" dir="auto" style="font-size:100%;color:#000000"><div>-------- 원본 이메일 --------</div>'
         '<div>발신: Anna Berg &lt;anna@desk.example.com&gt; </div><div>날짜: 26/3/2 오전 10:12 '
         '(GMT+09:00) </div><div>받은 사람: carla@customer.example.org </div><div>제목: Printer </div>'
         '<div><br></div></div><div>{old}</div>', HELLO_KO, ALT, more_old=('Galaxy에서 보냄',)),
    # Yahoo and others
    make('yahoo', YAHOO, HELLO, head='On Monday, March 2, 2026 at 10:12:33 AM GMT+1, Anna Berg '
         '&lt;anna@desk.example.com&gt; wrote:'),
    make('yahoo, a language nobody listed', YAHOO, 'Loki on liitteenä.',
         head='maanantai 2. maaliskuuta 2026 klo 10.12.33, Anna Berg kirjoitti:'),
    make('proton', '<div style="font-family: Arial;">{new}</div><div class="protonmail_quote">'
         '{head}<br><blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
         HELLO, head=ON),
    # plain text
    plain('text, quoted below', f'{HELLO}\n\nOn Mon, Mar 2, 2026 at 10:12 AM Anna Berg\n'
          f'<anna@desk.example.com> wrote:\n\n> {OLD}\n> {OLD2}\n', (HELLO,), (OLD, OLD2)),
    plain('text, dashes as a rule', 'Two things are broken:\n--\nThe printer burns.\nThe phone is '
          'dead, too, since Monday.\n', ('The printer burns.', 'since Monday.'), ()),
    plain('text, a signature and more', f'{HELLO}\n\n-- \nCarla Diaz\n\nP.S. The lamp blinks since '
          'this morning.\n', (HELLO, 'The lamp blinks since this morning.'), ()),
    plain('text, numbers with a sign', 'We measured:\n> 5 units on Monday\nand nothing since.\n',
          ('> 5 units on Monday', 'and nothing since.'), ()),
    plain('text, a head that is shown', f'This mail never came:\n\n{PLAIN_FIELDS}\nWhy was it '
          'refused?\n', ('This mail never came:', 'Why was it refused?'), (), 'Lost mail'),
    plain('text, nothing but quoted', f'> {OLD}\n> {OLD2}\n', (OLD, OLD2), ()),
]
